// A QR code as SVG elements: no picture file, no inline style.
//
//   qrCode(text, label) -> SVGElement

import { encode } from "uqr";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 2;

export function qrCode(text, label) {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const runs = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])));
  const make = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const whole = size + 2 * QUIET;
  return make("svg", { viewBox: `0 0 ${whole} ${whole}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges", class: "pr-qr-code" },
    make("rect", { width: whole, height: whole, fill: "#fff" }),
    make("path", { d: runs.join(""), fill: "#000" }));
}

// The kiosk: the code of an envelope, typed or scanned on the first page, opens the papers on the second. In between
// the ticket lies in this tab only, for one page load.
//
//   handOver(config, ticket)                 on the first page
//   askForTicket(config) -> Promise<Uint8Array>      on the second: the ticket; without one it goes back to the first
//   leaveWhenIdle(config)                    go back to the first page when nobody has touched anything for a while

import { b64uDecode, b64uEncode } from "../../../../zhengyan_crypto/browser/encoding.js";

const IDLE = 180;
const key = ({ round }) => `peer-review/kiosk/${round}`;

export const handOver = (config, ticket) => sessionStorage.setItem(key(config), b64uEncode(ticket));

export async function askForTicket(config) {
  const kept = sessionStorage.getItem(key(config));
  sessionStorage.removeItem(key(config));
  if (kept) return b64uDecode(kept);
  location.replace(config.start);
  return new Promise(() => {});
}

export function leaveWhenIdle(config, seconds = IDLE) {
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(config.start), seconds * 1000);
  };
  for (const event of ["pointerdown", "keydown", "input"]) document.addEventListener(event, wait, { passive: true });
  wait();
}

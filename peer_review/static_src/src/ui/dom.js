// Small helpers of the pages. No page writes HTML from strings: text stays text.

export const $ = (id) => document.getElementById(id);

/** Return the data that the page carries in a JSON script element. */
export const carried = (id) => JSON.parse($(id).textContent);

/** Return a sentence with its %(name)s blanks filled. */
export const fill = (sentence, values) => sentence.replace(/%\((\w+)\)s/g, (blank, name) => String(values[name] ?? blank));

/** Return a new element: el("td", {class: "pr-num"}, "7"). Children are elements or text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Return a text in groups of four that an eye can compare. */
export const grouped = (text) => (text.match(/.{1,4}/g) ?? []).join(" ");

/** Show one section of the page, hide the others, and bring its heading into focus. */
export function show(section, others) {
  for (const other of others) other.hidden = other !== section;
  section.querySelector("h2[tabindex]")?.focus();
  section.scrollIntoView({ block: "start" });
}

/** Show a code as groups that can be selected as one text. */
export function showCode(box, code) {
  const groups = code.split(/[\s-]+/);
  box.replaceChildren(...groups.flatMap((group, i) => (i ? [" ", el("span", {}, group)] : [el("span", {}, group)])));
}

/** Offer a text to the person as a file. */
export function download(name, text, type = "application/json") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Copy a text and say how it went. */
export async function copy(text, words, say) {
  try {
    await navigator.clipboard.writeText(text);
    say(words.copied);
  } catch {
    say(words.copy_failed);
  }
}

/** Return today's CSRF token: signing in again in another tab changes the cookie, not this page. */
export function csrfToken({ csrf, csrfCookie }) {
  const cookie = document.cookie.split("; ").find((one) => one.startsWith(`${csrfCookie}=`));
  return cookie ? decodeURIComponent(cookie.slice(csrfCookie.length + 1)) : csrf;
}

export const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// The little that every page shares: menus close as people expect, and a lost connection is said aloud.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
});

// An htmx request that fails leaves the page as it is: the words typed are still there, and a notice says so.
const failures = {
  zh: "没有送达，您填写的内容仍在页面上。请检查网络后再试一次。",
  en: "This did not arrive. What you wrote is still on the page. Check the connection and try again.",
};

function sayFailure() {
  const region = document.getElementById("messages");
  if (!region) return;
  const notice = document.createElement("p");
  notice.className = "alert alert-error";
  notice.textContent = document.documentElement.lang.startsWith("zh") ? failures.zh : failures.en;
  region.replaceChildren(notice);
  region.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:sendError", sayFailure);
document.addEventListener("htmx:responseError", sayFailure);

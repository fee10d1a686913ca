/* Ask once a second how far an import is, until it has ended; then nothing more. */
(() => {
  const box = document.getElementById("import-status");
  if (!box || !("working" in box.dataset)) return;
  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.url, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      if (answer.ok && !answer.redirected) {
        box.innerHTML = await answer.text();
        if (answer.headers.has("X-Import-Ended")) return;
      }
    } catch {
      // The network is away for a moment: ask again.
    }
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 700);
})();

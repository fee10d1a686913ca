/* The print button of a page of slips. */
document.getElementById("print")?.addEventListener("click", () => window.print());

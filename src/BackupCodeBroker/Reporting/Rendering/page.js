"use strict";
(() => {
  const label = document.getElementById("find");
  if (label === null) {
    return;
  }
  const rows = Array.from(document.querySelectorAll("[data-row]"), row => [row, row.textContent.toLowerCase()]);
  const [input, shown] = [label.querySelector("input"), label.querySelector("span")];
  label.hidden = false;
  input.addEventListener("input", () => {
    const sought = input.value.trim().toLowerCase();
    let count = 0;
    rows.forEach(([row, text]) => {
      row.hidden = !text.includes(sought);
      count += row.hidden ? 0 : 1;
    });
    shown.textContent = sought === "" ? "" : ` ${count} of ${rows.length} identities`;
  });
})();

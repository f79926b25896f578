"use strict";
(() => {
  const label = document.getElementById("find");
  const rows = Array.from(document.querySelectorAll("[data-row]"), row => [row, row.querySelector("[data-name]").textContent.toLowerCase()]);
  if (rows.length > 0) {
    const [input, shown] = [label.querySelector("input"), label.querySelector("span")];
    label.hidden = false;
    input.addEventListener("input", () => {
      const sought = input.value.trim().toLowerCase();
      let count = 0;
      rows.forEach(([row, name]) => {
        row.hidden = !name.includes(sought);
        count += row.hidden ? 0 : 1;
      });
      shown.textContent = sought === "" ? "" : ` ${count} of ${rows.length} rows`;
    });
  }
  // A flag on the timeline leads to a finding that may be closed.
  const unfold = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (place instanceof HTMLDetailsElement) {
      place.open = true;
    }
  };
  addEventListener("hashchange", unfold);
  unfold();
  // Paper cannot be opened: everything that is closed is printed open.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach(one => { one.open = true; one.dataset.shut = ""; }));
  addEventListener("afterprint", () => document.querySelectorAll("[data-shut]").forEach(one => { one.open = false; delete one.dataset.shut; }));
})();

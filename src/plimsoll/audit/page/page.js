(() => {
  const box = document.getElementById("filter");
  const products = [...document.querySelectorAll(".product")];
  const said = document.getElementById("shown");
  const apply = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const each of products) {
      each.hidden = !words.every(word => each.dataset.words.includes(word));
      shown += each.hidden ? 0 : 1;
    }
    said.textContent = words.length ? `${shown} of ${products.length} products` : "";
  };
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const within = target && target.closest("details.product");
    if (!within) return;
    if (within.hidden) { box.value = ""; apply(); }
    within.open = true;
    target.scrollIntoView();
  };
  box.addEventListener("input", apply);
  addEventListener("hashchange", open);
  document.querySelector(".search").hidden = false;
  open();
})();

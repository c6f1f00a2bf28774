// The shop's own script on its thank-you page: tells the embed of the order, whether it has loaded already or not.
(() => {
  const order = document.querySelector("[data-order]");
  if (!order) return;
  window.comptoir = window.comptoir || function () {
    (window.comptoir.q = window.comptoir.q || []).push(arguments);
  };
  window.comptoir("order", JSON.parse(order.dataset.order));
})();

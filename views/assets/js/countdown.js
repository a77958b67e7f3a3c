// <element data-countdown="60" data-over="text when it is over">: counts its own text down; the words around it stay the server's.
// data-holds="resend" keeps that button waiting meanwhile.
const started = performance.now();

for (const element of document.querySelectorAll('[data-countdown]')) {
  const seconds = Number(element.dataset.countdown);
  const held = document.getElementById(element.dataset.holds ?? '');
  const digits = element.querySelector('.digits');
  hold(held, seconds > 0);

  const timer = setInterval(tick, 500);
  tick();

  function tick() {
    const left = Math.max(0, Math.ceil(seconds - (performance.now() - started) / 1000));
    if (digits) digits.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    if (left > 0) return;
    clearInterval(timer);
    hold(held, false);
    if (element.dataset.over) element.textContent = element.dataset.over;
    else element.hidden = true;
  }
}

function hold(button, waits) {
  if (!button) return;
  if (waits) button.setAttribute('aria-disabled', 'true');
  else button.removeAttribute('aria-disabled');
  button.onclick = waits ? (event) => event.preventDefault() : null;
}

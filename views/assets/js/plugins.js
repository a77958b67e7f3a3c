// The extension of CryptoPro answers a call of its own protocol; an older one leaves an object. Nothing is asked of it.
const PATIENCE_MS = 2000;
const badge = document.getElementById('plugin-cryptopro');
const { found, missing } = badge.dataset;

function show(isFound) {
  badge.textContent = isFound ? found : missing;
  badge.classList.add(isFound ? 'done' : 'warn');
  badge.hidden = false;
}

const timer = setTimeout(() => show(Boolean(globalThis.cadesplugin ?? globalThis.cpcsp_chrome_nmcades)), PATIENCE_MS);
addEventListener('message', ({ source, data }) => {
  if (source !== window || !String(data).startsWith('cadesplugin_loaded') || !badge.hidden) return;
  clearTimeout(timer);
  show(true);
});
postMessage('cadesplugin_echo_request', location.origin);

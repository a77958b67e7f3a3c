// A file holds base64, with or without armour, or the bytes themselves.
const file = document.getElementById('signature-file');
file.parentElement.hidden = false;
file.addEventListener('change', async () => {
  const [chosen] = file.files;
  if (!chosen || chosen.size > 700_000) return;
  const bytes = new Uint8Array(await chosen.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  document.getElementById('signature').value = /^[\w\s+/=:.-]+$/.test(text) ? text : btoa(text);
});

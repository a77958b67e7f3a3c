// The camera reads the code where the browser can; elsewhere the page says to use the camera app.
const button = document.getElementById('scan-start');
const video = document.getElementById('scan-video');
const failure = document.getElementById('scan-failure');

if ('BarcodeDetector' in globalThis && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener('click', scan);
}

async function scan() {
  failure.hidden = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    look(new globalThis.BarcodeDetector({ formats: ['qr_code'] }), stream);
  } catch {
    failure.hidden = false;
  }
}

async function look(detector, stream) {
  const found = await detector.detect(video).catch(() => []);
  const link = found.map(({ rawValue }) => rawValue).find((value) => value.startsWith(`${location.origin}/qr/`));
  if (!link) return setTimeout(() => look(detector, stream), 200);
  for (const track of stream.getTracks()) track.stop();
  location.assign(link);
}

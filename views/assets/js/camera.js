// Asked beforehand, so that the first scan is not held up; whoever refuses goes on.
const button = document.getElementById('camera-allow');

if (navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true }).catch(() => undefined);
    for (const track of stream?.getTracks() ?? []) track.stop();
    document.getElementById('camera-allowed').hidden = !stream;
    document.getElementById('camera-refused').hidden = Boolean(stream);
  });
}

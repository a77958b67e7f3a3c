import assert from 'node:assert/strict';
import { Assets } from '#src/platform/pages/assets.ts';

describe('L9: GosScan as an app on the phone', () => {
  it('has the icons that its manifest promises, in the sizes that phones ask for', () => {
    const assets = Assets.load();
    const manifest = JSON.parse(assets.get('/assets/gosscan.webmanifest')!.body.toString()) as {
      icons: { src: string; sizes: string; type: string }[];
    };
    const pictures = manifest.icons.filter(({ type }) => type === 'image/png');
    const sizes = pictures.map(({ src, type }) => {
      const { body, type: served } = assets.get(src)!;
      assert.equal(served, type);
      // Width and height of the PNG's first chunk.
      return `${body.readUInt32BE(16)}x${body.readUInt32BE(20)}`;
    });
    assert.deepEqual(sizes, ['192x192', '512x512']);
    assert.deepEqual(sizes, pictures.map((icon) => icon.sizes)); // prettier-ignore
  });
});

import type { ConfigObject } from 'svg-captcha-fixed';

/**
 * A PNG of the characters. The paths that they are drawn with would give them away, so only pixels leave. Both libraries
 * are loaded with the first picture: most processes never draw one.
 */
export async function drawPicture(characters: string): Promise<Buffer> {
  const [{ default: captcha }, { Resvg }] = await Promise.all([
    import('svg-captcha-fixed') as unknown as Promise<{ default: Drawing }>,
    import('@resvg/resvg-js'),
  ]);
  const svg = captcha(characters, { width: 220, height: 70, fontSize: 68, noise: 3 });
  return new Resvg(svg, { background: '#f4f6f9', font: { loadSystemFonts: false } }).render().asPng();
}

/** The package's types forget that it can be called. */
type Drawing = (text: string, options: ConfigObject) => string;

import type { Context } from 'koa';
import { deviceFrom } from '#src/identity/sessions/device.ts';
import type { Pages } from '#src/web/middleware/page.ts';

const YEAR_MS = 365 * 86_400_000;

/** By what the accounts of this browser know it again; the name is what a person recognises. */
export interface BrowserDevice {
  secret: string | undefined;
  name: string | undefined;
}

export function deviceOf(ctx: Context, pages: Pages): BrowserDevice {
  return { secret: ctx.cookies.get(cookieName(pages), { signed: true }), name: deviceFrom(ctx.get('user-agent')) };
}

/** Phones and tablets: they scan codes, and are not shown any. */
export function isMobile(ctx: Context): boolean {
  return /Mobi|Android|iPhone|iPad/i.test(ctx.get('user-agent').slice(0, 500));
}

/** After a complete sign-in. */
export function keepDevice(ctx: Context, pages: Pages, secret: string): void {
  ctx.cookies.set(cookieName(pages), secret, { ...pages.cookie, maxAge: YEAR_MS });
}

function cookieName(pages: Pages): string {
  return `${pages.cookie.secure ? '__Host-' : ''}device`;
}

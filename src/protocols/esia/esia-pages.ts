import type { Context } from 'koa';

/** What a person sees of this dialect when there is no address to send them back to; made by the floor above. */
export interface EsiaPages {
  refused(
    ctx: Context,
    refusal: { error: string; description: string; reference: string; clientId?: string },
  ): Promise<void>;
}

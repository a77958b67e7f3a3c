import type { Context } from 'koa';
import type { RecoveryFlow, RecoveryFlows } from '#src/identity/recovery/recovery-flows.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { showClientOf } from '#src/web/middleware/requesting-client.ts';

export interface FlowDeps {
  pages: Pages;
  interactions: Interactions;
  recoveries: RecoveryFlows;
}

/** @throws Refusal when it is over, or belongs to another browser. */
export async function findFlow(ctx: Context, deps: FlowDeps): Promise<RecoveryFlow> {
  const flow = await deps.recoveries.find(ctx.params.flow as string, deps.pages.of(ctx).browser);
  await showClientOf(ctx, deps, flow.record.interaction);
  return flow;
}

export function pathOf({ id }: RecoveryFlow): string {
  return `/recover/${id}`;
}

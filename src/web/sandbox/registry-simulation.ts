import { registryFields, type RegistryField } from '#src/identity/verification/registry.ts';
import { parseDuration } from '#src/web/sandbox/duration.ts';
import { registryDelays, registryOutcomes } from '#src/web/sandbox/sandbox-forms.ts';
import type { SimulatedRegistry, Simulation } from '#src/identity/verification/simulated-registry.ts';

/** What can be chosen on the sandbox's page, and what is chosen. */
export function registryChoices({ simulation }: SimulatedRegistry, t: (key: string) => string) {
  const delay = registryDelays.find((one) => parseDuration(one) === simulation.delayMs) ?? 'PT0S';
  return [
    choice('outcome', simulation.outcome, registryOutcomes, (one) => t(`sandbox.outcome.${one}`)),
    choice('wrong', simulation.wrong[0]!, registryFields, (one) => t(`edit-documents.${one}`)),
    choice('delay', delay, registryDelays, (one) => t(`sandbox.delay.${one}`)),
  ];
}

function choice(id: string, chosen: string, all: readonly string[], say: (one: string) => string) {
  return { id, chosen, options: all.map((one) => [one, say(one)]) };
}

/** Sets what the registry finds; what is not said about a failure is the passport's number. */
export function simulate(
  registry: SimulatedRegistry,
  { outcome, wrong, delay }: { outcome: Simulation['outcome']; wrong?: RegistryField[]; delay: number },
): Simulation {
  registry.simulation = { outcome, wrong: wrong?.length ? wrong : ['passport-number'], delayMs: delay };
  return registry.simulation;
}

import type { Statement } from '#src/platform/storage/statements.ts';

/** No act is paid for from more budgets. */
const MOST_AT_ONCE = 4;

/**
 * Takes one from each budget in turn and stops at the first that is spent, so that whoever has used up their own cannot
 * use up another's. Parallel takers count, and lock rows in one order. Values: the time, then key, end of the window and
 * limit of each.
 */
function taking(count: number): Statement {
  const steps = Array.from({ length: count }, (_, at) => {
    const [key, endsAt, limit] = [2, 3, 4].map((offset) => `$${at * 3 + offset}`);
    const condition = at === 0 ? '' : `from t${at - 1} where t${at - 1}.allowed`;
    return `t${at} as (
      insert into budgets (key, used, window_ends_at) select ${key}::bytea, 1, ${endsAt}::timestamptz ${condition}
      on conflict (key) do update set
        used = case when budgets.window_ends_at <= $1 then 1 else budgets.used + 1 end,
        window_ends_at = case when budgets.window_ends_at <= $1 then excluded.window_ends_at else budgets.window_ends_at end
      returning used <= ${limit}::int as allowed)`;
  });
  return {
    name: `budgets_take_${count}`,
    text: `with ${steps.join(', ')} select allowed from t${count - 1} where allowed`,
  };
}

/** Begins with `with`, so it is a write that waits for the disk. */
export const take: Statement[] = Array.from({ length: MOST_AT_ONCE }, (_, index) => taking(index + 1));

/** One row each: such statements wait for nobody while they hold a row. */
export const giveBack: Statement = {
  name: 'budget_give_back',
  text: 'update budgets set used = greatest(used - 1, 0) where key = $1 and window_ends_at > $2',
  mayBeLost: true,
};

export const clear: Statement = {
  name: 'budget_clear',
  text: 'delete from budgets where key = $1',
  mayBeLost: true,
};

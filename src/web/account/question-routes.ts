import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Clock } from '#src/platform/clock.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { plain } from '#src/identity/accounts/contact.ts';
import {
  listedQuestions,
  normalizeAnswer,
  type Question,
  type SecurityQuestions,
} from '#src/identity/credentials/security-questions.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { SecuritySettings } from '#src/identity/protection/security-settings.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';

interface QuestionDeps {
  pages: Pages;
  clock: Clock;
  accounts: Accounts;
  accountSessions: AccountSessions;
  factors: Factors;
  questions: SecurityQuestions;
  securitySettings: SecuritySettings;
  freshSignInMinutes: number;
}

const OWN = 'own';
const SHORTEST_ANSWER = 3;

const questionForm = z
  .object({
    question: z.enum([...listedQuestions, OWN]),
    'own-question': z.string().max(120, 'question_too_long').default('').transform(plain),
    'security-answer': z.string().max(200, 'answer_too_long').default('').transform(plain),
  })
  .superRefine(({ question, 'own-question': own, 'security-answer': answer }, issue) => {
    const wrong = (field: string, message: string) => issue.addIssue({ code: 'custom', path: [field], message });
    if (question === OWN && own === '') wrong('own-question', 'required');
    if (answer === '') wrong('security-answer', 'required');
    else if (normalizeAnswer(answer).length < SHORTEST_ANSWER) wrong('security-answer', 'answer_too_short');
    else if (normalizeAnswer(own) === normalizeAnswer(answer)) wrong('security-answer', 'answer_is_question');
  });

/** The security question: one more hurdle in recovery, for those who want it (P13). */
export function createQuestionRoutes(deps: QuestionDeps): Router {
  const { pages, questions, securitySettings } = deps;
  const router = new Router({ prefix: '/account/security/question' });
  router.use(requireSignIn(deps));
  router.use(requireFreshSignIn({ ...deps, home: '/account/security/question' }));

  router.get('/', async (ctx) => {
    const known = await questions.find(signedIn(ctx).account.id);
    await show(ctx, known ? typedAs(known) : { question: listedQuestions[0] }, {});
  });

  router.post('/', async (ctx) => {
    const form = parseForm(questionForm, ctx.request.body);
    if (!form.ok) return show(ctx, keptValues(ctx.request.body, ['question', 'own-question']), form.errors, 422);
    const { question, 'own-question': own, 'security-answer': answer } = form.data;
    const chosen: Question = question === OWN ? { own } : { listed: question };
    await securitySettings.setQuestion(signedIn(ctx).account.id, chosen, answer);
    pages.of(ctx).redirect('/account/security');
  });

  router.post('/removal', async (ctx) => {
    await securitySettings.removeQuestion(signedIn(ctx).account.id);
    pages.of(ctx).redirect('/account/security');
  });

  async function show(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = '/account/security/question';
    const options = [...listedQuestions, OWN].map((name) => [name, page.t(`security-question.listed.${name}`)]);
    const data = {
      ...navigation('security'),
      options,
      isSet: (await questions.find(signedIn(ctx).account.id)) !== undefined,
      action: '/account/security/question',
      removeAction: '/account/security/question/removal',
      values,
    };
    await page.show('account/security-question', { ...data, errors: fieldErrors(page, errors) }, status);
  }

  return router;
}

function typedAs(question: Question): Record<string, string> {
  return 'own' in question ? { question: OWN, 'own-question': question.own } : { question: question.listed };
}

import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { keyKinds, type KeyKind } from '#src/sandbox/authority/issuing-key.ts';
import type { Holder, SandboxAuthority } from '#src/sandbox/authority/sandbox-authority.ts';
import type { SandboxPeople } from '#src/sandbox/people.ts';
import type { SandboxPerson } from '#src/sandbox/person.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { certificateForm, serialForm, signingForm } from '#src/web/sandbox/certificates-forms.ts';

const PATH = '/sandbox/certificates';
const keyNames: Record<KeyKind, string> = {
  rsa: 'RSA 2048',
  ecdsa: 'ECDSA P-256',
  gost256: 'ГОСТ Р 34.10-2012 (256)',
  gost512: 'ГОСТ Р 34.10-2012 (512)',
};

interface CertificatesDeps {
  pages: Pages;
  people: SandboxPeople;
  authority: SandboxAuthority;
}

/** Certificates for whoever wants to try electronic signatures, and a place to sign for those without a program. */
export function createCertificatesRoutes({ pages, people, authority }: CertificatesDeps): Router {
  const router = new Router({ prefix: PATH });
  const holders = people.list.filter(({ documents }) => documents.snils !== undefined);

  router.get('/', async (ctx) => show(ctx, { values: { text: String(ctx.query.text ?? '').slice(0, 2000) } }));

  router.post('/', async (ctx) => {
    const form = parseForm(certificateForm, ctx.request.body);
    const person = holders.find(({ id }) => form.ok && id === form.data.person);
    const holder = person ? holderOf(person) : form.ok && typed(form.data);
    if (!form.ok || !holder) {
      const errors = form.ok ? missing(form.data) : form.errors;
      const values = keptValues(ctx.request.body, ['person', 'surname', 'given-name', 'snils', 'key']);
      return show(ctx, { values, errors }, 422);
    }
    const serial = await authority.issue(holder, form.data.key);
    pages.of(ctx).redirect(`${PATH}#certificate-${serial}`);
  });

  router.post('/revocation', async (ctx) => {
    const form = parseForm(serialForm, ctx.request.body);
    if (form.ok) await authority.revoke(form.data.certificate);
    pages.of(ctx).redirect(PATH);
  });

  router.post('/signature', async (ctx) => {
    const form = parseForm(signingForm, ctx.request.body);
    if (!form.ok) return show(ctx, { values: {} }, 422);
    const { certificate, text } = form.data;
    const signature = await authority.sign(certificate, text);
    await show(ctx, { values: { text, certificate }, signature });
  });

  router.get('/:serial.pem', async (ctx) => {
    const pem = await authority.pem(String(ctx.params.serial));
    if (pem === undefined) throw new Refusal('not_found', 404);
    ctx.attachment('certificate-and-key.pem');
    ctx.type = 'application/x-pem-file';
    ctx.body = pem;
  });

  async function show(
    ctx: Context,
    { errors = {}, ...data }: { values: Record<string, string>; errors?: FieldErrors; signature?: string },
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = PATH;
    const certificates = await authority.list();
    const view = {
      ...data,
      people: [...holders.map((one) => [one.id, nameOf(one), true]), ['', page.t('certificates.typed')]],
      keys: keyKinds.map((kind) => [kind, keyNames[kind]]),
      certificates: certificates.map((one) => ({
        ...one,
        key: keyNames[one.kind],
        until: page.translator.date(one.notAfter),
      })),
      errors: fieldErrors(page, errors),
    };
    await page.show('sandbox/certificates', view, status);
  }

  return router;
}

function holderOf({ name, documents }: SandboxPerson): Holder {
  return {
    surname: name.family,
    givenName: [name.given, name.middle].filter(Boolean).join(' '),
    snils: documents.snils!,
  };
}

type Typed = { surname: string; 'given-name': string; snils: string };

function typed({ surname, 'given-name': givenName, snils }: Typed): Holder | undefined {
  return surname && givenName && snils ? { surname, givenName, snils } : undefined;
}

function missing(data: Typed): FieldErrors {
  const empty = (['surname', 'given-name', 'snils'] as const).filter((field) => !data[field]);
  return Object.fromEntries(empty.map((field) => [field, 'required']));
}

function nameOf(person: SandboxPerson): string {
  const { surname, givenName } = holderOf(person);
  return `${surname} ${givenName}`;
}

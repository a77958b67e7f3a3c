import type { PageContext } from '#src/platform/pages/page-renderer.ts';

export interface PageSample {
  view: string;
  data: Record<string, unknown>;
  context?: Partial<PageContext>;
  ids: string[];
  /** The same page after a refused post. */
  errors?: Record<string, string>;
}

const client = {
  name: 'Северный университет',
  host: 'university.example.org',
  policyUri: 'https://university.example.org/privacy',
  tosUri: 'https://university.example.org/terms',
};

const rules = ['length', 'upper', 'lower', 'digit', 'punctuation', 'ascii', 'personal', 'common', 'sequence'];

const signOutAction = '/sign-out';

/** Every page a citizen meets, with what it may be told and the ids it promises. */
export const pageSamples: PageSample[] = [
  {
    view: 'start/welcome',
    data: {
      signInUrl: '/sign-in',
      registerUrl: '/registration',
      demos: [
        { url: '/demo/university', name: 'Университет' },
        { url: '/demo/broker', name: 'Брокер' },
      ],
      inboxUrl: '/sandbox/inbox',
      sandboxUrl: '/sandbox',
    },
    ids: ['sign-in-link', 'register-link'],
  },
  {
    view: 'sign-in/sign-in',
    data: { action: '/sign-in', registerUrl: '/registration', recoverUrl: '/recovery', abortUrl: '/abort' },
    context: { client },
    ids: ['login', 'password', 'login-submit', 'register-link', 'recover-link', 'interaction-abort'],
    errors: { login: 'Логин или пароль не подошли. Проверьте раскладку и Caps Lock' },
  },
  {
    view: 'registration/enter-name-and-contact',
    data: {
      action: '/registration',
      signInUrl: '/sign-in',
      termsUrl: '/terms',
      privacyUrl: '/privacy',
    },
    context: { client },
    ids: ['last-name', 'first-name', 'phone', 'email', 'agree', 'registration-submit'],
    errors: { 'last-name': 'Заполните это поле', phone: 'Введите номер целиком', agree: 'Поставьте отметку' },
  },
  {
    view: 'registration/check-your-phone',
    data: {
      action: '/registration/phone',
      resendAction: '/registration/resend',
      changeUrl: '/registration',
      contact: '+7 912 345-67-89',
      secondsLeft: 287,
      resendInSeconds: 47,
    },
    ids: ['code', 'code-submit', 'resend'],
    errors: { code: 'Код не подошёл. Проверьте последнее сообщение' },
  },
  {
    view: 'registration/check-your-email',
    data: {
      resendAction: '/registration/resend',
      changeUrl: '/registration',
      contact: 'anna.petrova@example.org',
      minutes: 15,
      resendInSeconds: 47,
    },
    ids: ['resend'],
    errors: { form: 'Слишком много кодов подряд. Попробуйте позже' },
  },
  {
    view: 'registration/confirm-email',
    data: { action: '/registration/email', contact: 'anna.petrova@example.org', step: 2 },
    ids: ['confirm-email-submit'],
  },
  {
    view: 'registration/create-password',
    data: {
      action: '/registration/password',
      suggestAction: '/registration/suggestion',
      rules: rules.map((code) => ({ code })),
      contact: '+7 912 345-67-89',
      name: 'Анна Петрова',
    },
    ids: ['new-password', 'new-password-repeat', 'suggest-password', 'password-submit'],
    errors: { 'new-password': 'Пароль не подходит', 'new-password-repeat': 'Пароли не совпадают' },
  },
  {
    view: 'registration/done',
    data: { continueUrl: '/continue', clientName: client.name },
    context: { client, signedIn: true },
    ids: ['continue'],
  },
  { view: 'registration/done-elsewhere', data: { signInUrl: '/sign-in' }, ids: ['sign-in-link'] },
  { view: 'registration/elsewhere', data: { signInUrl: '/sign-in' }, ids: ['sign-in-link'] },
  { view: 'registration/email-confirmed', data: { accountUrl: '/account' }, ids: ['account-link'] },
  {
    view: 'consent/review-request',
    data: {
      action: '/consent',
      abortUrl: '/abort',
      purpose: 'чтобы открыть личный кабинет студента',
      groups: [
        {
          title: 'Кто вы',
          items: [
            { label: 'Фамилия', value: 'Петрова' },
            { label: 'Имя', value: 'Анна' },
            { label: 'Дата рождения', value: '12 марта 1998 г.' },
          ],
        },
        { title: 'Контакты', items: [{ label: 'Телефон', value: '+7 912 345-67-89' }] },
        { title: 'Документы', items: [{ label: 'Паспорт', value: '4510 123456', sensitive: true }] },
      ],
      offline: true,
      days: 90,
      person: { name: 'Анна Петрова', contact: '+7 912 ••• •• 89' },
    },
    context: { client, signedIn: true },
    ids: ['consent-submit', 'interaction-abort'],
  },
  {
    view: 'consent/new-terms',
    data: { action: '/terms', termsUrl: '/terms', privacyUrl: '/privacy' },
    ids: ['agree', 'agree-submit'],
    errors: { agree: 'Поставьте отметку' },
  },
  {
    view: 'tier/tier-upgrade',
    data: {
      required: 'confirmed',
      current: 'simplified',
      missing: ['passport', 'snils', 'in_person', 'mail', 'esign'],
      mayContinue: false,
      laterUrl: '/later',
    },
    context: { client },
    ids: ['tier-upgrade', 'tier-later'],
  },
  {
    view: 'account/overview',
    data: {
      person: {
        name: 'Анна Петрова',
        oid: '1000000042',
        birthdate: '12 марта 1998 г.',
        contacts: [
          { kind: 'phone', value: '+7 912 345-67-89', verified: true },
          { kind: 'email', value: 'anna.petrova@example.org', verified: false },
        ],
        documents: [{ label: 'Паспорт', value: '4510 123456' }],
      },
      tier: 'standard',
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['sign-out'],
  },
  {
    view: 'account/sessions',
    data: {
      sessions: [
        {
          id: 'a',
          current: true,
          device: 'Chrome, Windows',
          startedAt: '21 ноября',
          lastSeenAt: '21 ноября',
          clients: [],
        },
        {
          id: 'b',
          current: false,
          device: 'Safari, iPhone',
          startedAt: '20 ноября',
          lastSeenAt: '21 ноября',
          clients: ['Брокер'],
        },
      ],
      endAction: '/account/sessions/end',
      endAllAction: '/account/sessions/end-all',
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['sign-out', 'end-all'],
  },
  {
    view: 'account/consents',
    data: {
      consents: [
        { clientId: 'u', name: client.name, host: client.host, items: ['Имя', 'Телефон'], grantedAt: '21 ноября' },
      ],
      revokeAction: '/account/consents/end',
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['sign-out'],
  },
  {
    view: 'account/documents',
    data: {
      name: 'Петрова Анна Сергеевна',
      facts: [{ label: 'Дата рождения', value: '12 марта 1998 г.' }],
      papers: [
        { label: 'Паспорт', value: '4510 123456', verified: false },
        { label: 'СНИЛС', value: '112-233-445 95', verified: true },
      ],
      tier: 'simplified',
      check: { status: 'failed', startedAt: '21 ноября', deadline: '6 декабря', wrong: ['Номер'] },
      isSettled: false,
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['check-status', 'correct', 'change'],
  },
  {
    view: 'account/edit-documents',
    data: { lowers: true, signOutAction },
    context: { signedIn: true },
    ids: [
      'last-name',
      'first-name',
      'middle-name',
      'birth-date',
      'birth-place',
      'gender',
      'citizenship',
      'passport-series',
      'passport-number',
      'passport-date',
      'passport-code',
      'passport-issuer',
      'snils',
      'inn',
      'documents-submit',
    ],
    errors: { snils: 'В СНИЛС опечатка', 'passport-date': 'Такого дня нет в календаре' },
  },
  {
    view: 'account/confirm',
    data: {
      tier: 'standard',
      ways: [
        { way: 'mail', refused: true },
        { way: 'in_person', refused: false },
      ],
      letter: undefined,
      wayBack: { name: 'Брокер', url: '/interaction/x' },
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['confirm', 'tier', 'ways', 'letter-link', 'refused-mail'],
  },
  {
    view: 'account/letter',
    data: {
      letter: { sentAt: '21 ноября', until: '21 декабря', mayOrderAt: '22 ноября' },
      address: 'ул. Садовая, д. 5\nТверь\n170100',
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['code', 'code-submit', 'address', 'letter-pause'],
    errors: { code: 'Код не подошёл. Сверьте с письмом' },
  },
  {
    view: 'account/signature',
    data: { challenge: 'x', text: 'OpenESIA identity x', textUrl: '/account/confirm/signature/text/x', signOutAction },
    context: { signedIn: true },
    ids: ['esign', 'challenge-link', 'signature', 'signature-submit'],
  },
  {
    view: 'account/addresses',
    data: { signOutAction },
    context: { signedIn: true },
    ids: ['postal-code', 'region', 'city', 'street', 'address-submit'],
    errors: { 'postal-code': 'Индекс состоит из шести цифр' },
  },
  {
    view: 'account/contacts',
    data: {
      contacts: [
        { kind: 'phone', list: [{ value: '+79123456789', verified: true }] },
        { kind: 'email', list: [] },
      ],
      planned: [{ id: 'a', kind: 'phone', value: '+79123456780', dueAt: '24 ноября' }],
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['change-phone', 'change-email', 'planned-phone'],
  },
  {
    view: 'account/new-contact',
    data: { kind: 'email', signOutAction },
    context: { signedIn: true },
    ids: ['email', 'contact-submit'],
    errors: { email: 'Введите адрес целиком' },
  },
  {
    view: 'account/contact-code',
    data: {
      step: 'old',
      kind: 'phone',
      contact: '+7 ••• •••‑••‑89',
      action: '/account/contacts/change/x',
      resendAction: '/account/contacts/change/x/resend',
      resendInSeconds: 0,
      waitAction: '/account/contacts/change/x/wait',
      hours: 72,
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['step-old', 'code', 'code-submit', 'resend', 'wait-submit'],
    errors: { code: 'Код не подошёл' },
  },
  { view: 'account/cancel-change', data: { action: '/account/cancel-change/x' }, ids: ['cancel-submit'] },
  { view: 'account/change-cancelled', data: {}, ids: ['account-link'] },
  {
    view: 'account/history',
    data: {
      events: [{ id: 7, event: 'signed_in', at: '21 ноября', text: 'Вход', client: 'Университет', mayReport: true }],
      looks: [{ at: '20 ноября', text: 'Данные смотрел сотрудник' }],
      isReported: true,
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['events', 'looks', 'reported'],
  },
  {
    view: 'account/data',
    data: {
      agreements: [{ document: 'terms', version: '2026-11-01', acceptedAt: '1 ноября' }],
      deletionAt: undefined,
      days: 30,
      signOutAction,
    },
    context: { signedIn: true },
    ids: ['export', 'agreements', 'delete-link'],
  },
  { view: 'account/delete', data: { days: 30, signOutAction }, context: { signedIn: true }, ids: ['delete-submit'] },
  {
    view: 'sign-out/confirm-sign-out',
    data: { action: '/session/end/confirm', xsrf: 'x' },
    context: { client, signedIn: true },
    ids: ['logout-yes', 'logout-no'],
  },
  { view: 'sign-out/signed-out', data: { signInUrl: '/sign-in' }, ids: ['op-signed-out'] },
  {
    view: 'errors/problem',
    data: {
      title: 'Сайт прислал неверный запрос',
      message:
        'Вход с этого сайта сейчас невозможен. Исправить это может только его владелец: сообщите ему текст ниже.',
      wayOn: { url: '/', label: 'На главную' },
      reference: 'A1B2C3D4',
      oauthError: 'invalid_redirect_uri: redirect_uri is not registered',
    },
    ids: ['op-error', 'op-reference'],
  },
  { view: 'support/help', data: {}, ids: ['accessibility'] },
  { view: 'support/terms', data: { version: '2026-11-01' }, ids: [] },
  { view: 'support/privacy', data: { version: '2026-11-01' }, ids: [] },
];

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

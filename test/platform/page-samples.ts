import { qrCode } from '#src/platform/pages/qr-code.ts';
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
    data: {
      action: '/sign-in',
      passkeyAction: '/passkey',
      passkeyOptions: '{}',
      otherWaysUrl: '/other-ways',
      registerUrl: '/registration',
      recoverUrl: '/recovery',
      abortUrl: '/abort',
    },
    context: { client },
    ids: [
      'login',
      'password',
      'login-submit',
      'passkey-submit',
      'other-ways-link',
      'register-link',
      'recover-link',
      'interaction-abort',
    ],
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
    view: 'second-factor/enter-code',
    data: {
      title: 'Введите код из SMS',
      kind: 'sms',
      phone: '+7 ••• •••‑••‑89',
      action: '/second-factor',
      resendAction: '/second-factor/resend',
      isSent: true,
      secondsLeft: 287,
      resendInSeconds: 47,
      rememberDays: 30,
      chooseUrl: '/second-factor/choose',
      abortUrl: '/abort',
    },
    context: { client },
    ids: ['code', 'code-submit', 'resend', 'remember-device', 'choose-factor-link', 'interaction-abort'],
    errors: { code: 'Код не подошёл. Проверьте последнее сообщение' },
  },
  {
    view: 'second-factor/enter-code',
    data: {
      title: 'Введите код из приложения',
      kind: 'totp',
      action: '/second-factor',
      rememberDays: 0,
      chooseUrl: '/second-factor/choose',
      laterAction: '/second-factor/later',
      abortUrl: '/abort',
    },
    context: { client, signedIn: true },
    ids: ['code', 'code-submit', 'choose-factor-link', 'second-factor-later', 'interaction-abort'],
  },
  {
    view: 'sign-in/other-ways',
    data: { passkeyAction: '/passkey', passkeyOptions: '{}', passwordUrl: '/sign-in', abortUrl: '/abort' },
    context: { client },
    ids: ['passkey-submit', 'password-link', 'interaction-abort'],
  },
  {
    view: 'second-factor/use-passkey',
    data: {
      title: 'Подтвердите, что это вы',
      action: '/second-factor',
      passkeyOptions: '{}',
      chooseUrl: '/second-factor/choose',
      laterAction: '/second-factor/later',
      abortUrl: '/abort',
    },
    context: { client },
    ids: ['passkey-submit', 'choose-factor-link', 'second-factor-later', 'interaction-abort'],
    errors: { form: 'Не получилось. Попробуйте ещё раз или выберите другой способ' },
  },
  {
    view: 'account/passkey',
    data: { action: '/passkey', passkeyOptions: '{}', backUrl: '/security', signOutAction },
    context: { signedIn: true },
    ids: ['passkey-submit'],
    errors: { form: 'Ключ доступа не добавлен. Попробуйте ещё раз' },
  },
  {
    view: 'second-factor/choose-factor',
    data: {
      phone: '+7 ••• •••‑••‑89',
      kinds: ['sms', 'totp', 'backup_code'].map((kind) => ({ kind, url: `/second-factor?with=${kind}` })),
      sendAction: '/second-factor/resend',
      recoverUrl: '/help',
      abortUrl: '/abort',
    },
    context: { client },
    ids: ['choose-sms', 'choose-totp', 'choose-backup_code', 'recover-link', 'interaction-abort'],
  },
  {
    view: 'second-factor/no-factor',
    data: { smsUrl: '/sms', totpUrl: '/authenticator', laterAction: '/later', isDemanded: true },
    context: { client, signedIn: true },
    ids: ['add-totp', 'add-sms', 'second-factor-later'],
  },
  {
    view: 'account/security',
    data: {
      nav: 'security',
      signOutAction,
      factors: [
        { kind: 'totp', name: 'Рабочий телефон', addedAt: '21 ноября', usedAt: '21 ноября', url: '/factor/1' },
        { kind: 'sms', name: 'Коды в SMS', addedAt: '20 ноября', usedAt: null, url: '/factor/2' },
      ],
      hasSms: true,
      smsUrl: '/sms',
      totpUrl: '/authenticator',
      backupCodesLeft: 9,
      backupCodesAction: '/backup-codes',
      devices: [
        { id: 'a', name: 'Chrome · Windows', seenAt: '21 ноября', rememberedUntil: '21 декабря' },
        { id: 'b', name: 'Safari · iPhone', seenAt: '20 ноября', rememberedUntil: null },
      ],
      forgetAction: '/forget',
      events: [
        { at: '21 ноября', what: 'Вход', failed: false, device: 'Chrome', client: client.name, methods: 'пароль' },
        { at: '20 ноября', what: 'Неверный пароль', failed: true, device: '', client: '', methods: '' },
      ],
      sessionsUrl: '/account/sessions',
    },
    context: { signedIn: true },
    ids: ['sign-out', 'add-totp', 'renew-backup-codes'],
  },
  {
    view: 'account/factor',
    data: {
      nav: 'security',
      signOutAction,
      title: 'Рабочий телефон',
      kind: 'totp',
      isFirst: false,
      isLast: true,
      nameAction: '/name',
      firstAction: '/first',
      removeAction: '/removal',
      smsUrl: '/sms',
      backUrl: '/account/security',
    },
    context: { signedIn: true },
    ids: ['factor-name', 'factor-name-submit', 'factor-first', 'confirm-last', 'factor-remove'],
    errors: { 'factor-name': 'Сократите до 50 знаков', 'confirm-last': 'Поставьте отметку' },
  },
  {
    view: 'account/sms-codes',
    data: {
      nav: 'security',
      signOutAction,
      title: 'Выключить коды в SMS',
      isOn: true,
      phone: '+7 ••• •••‑••‑89',
      action: '/sms',
      resendAction: '/sms/code',
      isSent: true,
      secondsLeft: 287,
      resendInSeconds: 47,
      backUrl: '/account/security',
    },
    context: { signedIn: true },
    ids: ['code', 'code-submit', 'resend'],
    errors: { code: 'Код не подошёл. Проверьте последнее сообщение' },
  },
  {
    view: 'account/authenticator',
    data: {
      nav: 'security',
      signOutAction,
      enrolment: 'e',
      key: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
      uri: 'otpauth://totp/ESIA:anna@example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=ESIA',
      qr: qrCode('otpauth://totp/ESIA:anna@example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=ESIA'),
      action: '/authenticator',
      backUrl: '/account/security',
    },
    context: { signedIn: true },
    ids: ['totp-key', 'totp-link', 'code', 'code-submit'],
    errors: { code: 'Код не подошёл' },
  },
  {
    view: 'account/backup-codes',
    data: {
      nav: 'security',
      signOutAction,
      codes: Array.from({ length: 10 }, (_, i) => `abcd${i}-efgh${i}`),
      continueUrl: '/account/security',
    },
    context: { signedIn: true },
    ids: ['backup-codes', 'continue'],
  },
  {
    view: 'account/not-me',
    data: { action: '/not-me/token', what: 'Вход с нового устройства', at: '21 ноября 2026 г. в 10:00 MSK' },
    ids: ['not-me-submit'],
  },
  { view: 'account/not-me-done', data: { recoverUrl: '/help' }, ids: ['recover-link'] },
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

// The way a system uses `passport-esia`, with the requests of a web server played by hand.
const [step, folder, text, callback] = process.argv.slice(2);
const { Strategy } = require(`${folder}/node_modules/passport-esia`);
const forge = require(`${folder}/node_modules/node-forge`);
const settings = JSON.parse(text);

const strategy = new Strategy(
  {
    ...settings,
    key: forge.pki.privateKeyFromPem(settings.key),
    certificate: forge.pki.certificateFromPem(settings.certificate),
  },
  (accessToken, refreshToken, profile, done) =>
    resources(accessToken).then((read) => done(null, { refreshToken, ...read }), done),
);

/** It reads no profile by itself; systems ask for theirs by its own OAuth 2 client. */
async function resources(accessToken) {
  strategy._oauth2.useAuthorizationHeaderforGET(true);
  const get = (url) =>
    new Promise((resolve, reject) =>
      strategy._oauth2.get(url, accessToken, (error, body) => (error ? reject(error) : resolve(JSON.parse(body)))),
    );
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url'));
  const person = `${settings.resourceURL}/${claims['urn:esia:sbj_id']}`;
  return {
    person: await get(person),
    contacts: await get(`${person}/ctts?embed=(elements)`),
    documents: await get(`${person}/docs?embed=(elements)`),
  };
}

const query = step === 'start' ? {} : Object.fromEntries(new URL(callback).searchParams);
const fail = (error) => {
  console.error(JSON.stringify(error, Object.getOwnPropertyNames(error ?? {})));
  process.exitCode = 1;
};
Object.assign(strategy, {
  redirect: (url) => console.log(JSON.stringify({ url })),
  success: (user) => console.log(JSON.stringify(user)),
  fail,
  error: fail,
});
strategy.authenticate({ query, session: {}, body: {}, headers: {}, connection: {} }, {});

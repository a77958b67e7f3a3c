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
  (accessToken, refreshToken, profile, done) => done(null, { accessToken, refreshToken, profile }),
);
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

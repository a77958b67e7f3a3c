// The way a system uses npm `esia`: `start` prints where to send the browser, `finish` redeems the code and reads the person.
const [step, folder, settings, code] = process.argv.slice(2);
const connect = require(`${folder}/node_modules/esia`);
const esia = connect(JSON.parse(settings));

if (step === 'start') console.log(JSON.stringify({ url: esia.getAuth().url }));
else
  esia.getAccess(code, ['/', '/ctts?embed=(elements)', '//docs?embed=(elements)']).then(
    ({ marker, data: [person, contacts, documents] }) =>
      console.log(JSON.stringify({ oid: marker.decodedAccessToken['urn:esia:sbj_id'], person, contacts, documents })),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );

"""The way a system uses PyPI `esia-connector`: `start` prints where to send the browser, `finish` reads the person."""
import json
import sys

step, folder, settings = sys.argv[1:4]
sys.path.insert(0, folder)
from esia_connector.client import EsiaAuth, EsiaSettings

auth = EsiaAuth(EsiaSettings(**json.loads(settings)))
if step == 'start':
    print(json.dumps({'url': auth.get_auth_url()}))
else:
    code, state = sys.argv[4:6]
    esia = auth.complete_authorization(code, state)
    print(json.dumps({
        'oid': esia.oid,
        'person': esia.get_person_main_info(),
        'contacts': esia.get_person_contacts(),
        'documents': esia.get_person_documents(),
        'addresses': esia.get_person_addresses(),
    }))

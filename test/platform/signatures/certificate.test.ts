import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { encode, readElement, tags } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';
import { readCertificate, thumbprintsOf } from '#src/platform/signatures/certificate.ts';
import { readName } from '#src/platform/signatures/distinguished-name.ts';
import { certificateAt, fixture, fixtures } from '#test/platform/signatures/signature-fixtures.ts';

describe('reading a certificate', () => {
  it('finds whom it names', () => {
    const { subject, issuer } = certificateAt('chains/gost/good.der');
    const { commonName, surname, givenName, snils, inn, country } = subject;
    assert.deepEqual([commonName, surname, givenName], ['Ivanova Anna', 'Ivanova', 'Anna Petrovna']);
    assert.deepEqual([snils, inn, country], ['11223344595', '771234567894', 'RU']);
    assert.equal(issuer.commonName, 'Authority gost');
  });

  it('finds an organisation by its numbers, in Cyrillic and in two-byte strings too', () => {
    const name = readName(
      readElement(
        nameOf([
          ['2.5.4.10', 0x0c, Buffer.from('ООО «Ромашка»')],
          ['2.5.4.3', 0x1e, Buffer.from('Ромашка', 'utf16le').swap16()],
          ['1.2.643.100.1', 0x12, Buffer.from('1027700132195')],
          ['1.2.643.100.4', 0x12, Buffer.from('7707083893')],
          ['1.2.643.100.5', 0x12, Buffer.from('304500116000157')],
        ]),
      ),
    );
    const { der: _, ...fields } = name;
    assert.deepEqual(fields, {
      organisation: 'ООО «Ромашка»',
      commonName: 'Ромашка',
      ogrn: '1027700132195',
      innOfOrganisation: '7707083893',
      ogrnip: '304500116000157',
    });
  });

  it('a number given twice with two values is not believed', () => {
    const name = readName(
      readElement(
        nameOf([
          ['1.2.643.100.3', 0x12, Buffer.from('11223344595')],
          ['1.2.643.100.3', 0x12, Buffer.from('08765430300')],
        ]),
      ),
    );
    assert.equal(name.snils, undefined);
  });

  it('reads what decides about its use', () => {
    const person = certificateAt('chains/rsa/good.der');
    assert.deepEqual([...person.keyUsage!], ['digitalSignature', 'nonRepudiation']);
    assert.deepEqual(person.extendedKeyUsage, ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4']);
    assert.deepEqual([person.isAuthority, person.hasNameConstraints, person.unknownCritical], [false, false, []]);
    assert.deepEqual(
      [person.crlUrls, person.ocspUrls, person.issuerUrls],
      [
        ['http://ca.example.org/authority.crl'],
        ['http://ca.example.org/ocsp'],
        ['http://ca.example.org/authority.der'],
      ],
    );
    const authority = certificateAt('chains/rsa/authority.der');
    assert.deepEqual([authority.isAuthority, authority.pathLength], [true, 0]);
    assert.deepEqual([...authority.keyUsage!], ['keyCertSign', 'cRLSign']);
    assert.deepEqual(person.authorityKeyId, authority.subjectKeyId);
  });

  it('agrees with OpenSSL on dates, serial number, thumbprint and key', () => {
    for (const path of ['chains/rsa/good.der', 'chains/ec/good.der', 'chains/rsa/root.der', 'refused/future.der']) {
      const ours = certificateAt(path);
      const theirs = new X509Certificate(fixture(path));
      assert.equal(ours.serialNumber.toUpperCase(), theirs.serialNumber);
      assert.deepEqual([ours.notBefore, ours.notAfter], [new Date(theirs.validFrom), new Date(theirs.validTo)]);
      assert.equal(thumbprintsOf(ours.der).sha256, theirs.fingerprint256.replaceAll(':', ''));
      assert.deepEqual(ours.publicKey, theirs.publicKey.export({ format: 'der', type: 'spki' }));
    }
  });

  it('PEM is the same certificate, text around it and all', () => {
    const der = fixture('chains/gost/good.der');
    const pem = `subject=Anna\n-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
    const read = readCertificate(Buffer.from(pem));
    assert.ok(read.ok);
    assert.deepEqual(read.certificate.der, der);
  });

  it('both thumbprints are upper-case hex of 32 bytes', () => {
    const { sha256, streebog256 } = thumbprintsOf(fixture('chains/gost/good.der'));
    for (const thumbprint of [sha256, streebog256]) assert.match(thumbprint, /^[0-9A-F]{64}$/);
    assert.notEqual(sha256, streebog256);
  });

  it('what is no certificate is refused', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('hello'),
      fixture('content.txt'),
      fixture('chains/rsa/root.crl'),
      fixture('odd/smime.p7s'),
    ]) {
      assert.deepEqual(readCertificate(bytes), { ok: false, reason: 'malformed' });
    }
    assert.deepEqual(readCertificate(Buffer.alloc(200_000)), { ok: false, reason: 'too_large' });
  });

  it('every fixture can be read', () => {
    for (const signer of fixtures('signers'))
      assert.ok(certificateAt(`signers/${signer}/certificate.der`).subject.snils);
  });
});

function nameOf(parts: [oid: string, tag: number, value: Buffer][]): Buffer {
  const relative = parts.map(([oid, tag, value]) =>
    encode(tags.set, encode(tags.sequence, encodeOid(oid), encode(tag, value))),
  );
  return encode(tags.sequence, ...relative);
}

import assert from 'node:assert/strict';
import { children, encode, tags, type Element } from '#src/platform/signatures/ber.ts';
import { encodeOid, oidOf } from '#src/platform/signatures/ber-values.ts';
import { verifyCms } from '#src/platform/signatures/cms.ts';
import type { FaultReason } from '#src/platform/signatures/signature-fault.ts';
import {
  content,
  fixture,
  fixtures,
  rawOf,
  withByteFlipped,
  withSignedData,
  withSigner,
} from '#test/platform/signatures/signature-fixtures.ts';

const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_TIME = '1.2.840.113549.1.9.5';

describe('tampered CMS signatures', () => {
  for (const signer of fixtures('signers')) {
    const detached = fixture(`signers/${signer}/detached.cms`);
    const bare = fixture(`signers/${signer}/noattr.cms`);

    it(`${signer}: a bit of the signature changed`, () => {
      for (const cms of [detached, bare]) refused(withByteFlipped(cms, -9), 'bad_signature');
    });

    it(`${signer}: a signed attribute changed, added, taken away or repeated`, () => {
      refused(
        withAttributes(detached, (all) => [...rawOf(all), attribute('1.2.3.4', encode(tags.null))]),
        'bad_signature',
      );
      refused(
        withAttributes(detached, (all) => without(all, SIGNING_TIME)),
        'bad_signature',
      );
      refused(
        withAttributes(detached, (all) => without(all, MESSAGE_DIGEST)),
        'attribute_missing',
      );
      refused(
        withAttributes(detached, (all) => [...rawOf(all), all[0]!.raw]),
        'attribute_repeated',
      );
    });

    it(`${signer}: another signer's certificate under the same name and number`, () => {
      const put = (other: string): Buffer => withSignerNamed(detached, fixture(`signers/${other}/certificate.der`));
      refused(put(signer.startsWith('ec-') ? 'rsa' : 'ec-P-256'), 'algorithm_mismatch');
      refused(put(sameKind(signer)), 'bad_signature');
    });
  }

  const detached = fixture('signers/rsa/detached.cms');

  it('the digest of the content moved out of the signature', () => {
    const moved = withSigner(detached, (fields) => {
      const attributes = children(fields[3]!);
      const outside = attributes.find((candidate) => typeOf(candidate) === MESSAGE_DIGEST);
      const kept = encode(tags.context(0), ...without(attributes, MESSAGE_DIGEST));
      return [...rawOf(fields.slice(0, 3)), kept, ...rawOf(fields.slice(4)), encode(tags.context(1), outside!.raw)];
    });
    refused(moved, 'attribute_missing');
  });

  it('a signing time outside the signature is not reported', () => {
    const time = attribute(SIGNING_TIME, encode(tags.utcTime, Buffer.from('010101000000Z')));
    const dated = withSigner(fixture('signers/rsa/noattr.cms'), (fields) => [
      ...rawOf(fields),
      encode(tags.context(1), time),
    ]);
    const verified = verifyCms({ cms: dated, content });
    assert.ok(verified.ok);
    assert.equal(verified.signingTime, undefined);
  });

  it('a digest with two values', () => {
    const doubled = withAttributes(detached, (all) =>
      all.map((each) =>
        typeOf(each) === MESSAGE_DIGEST ? attribute(MESSAGE_DIGEST, ...Array<Buffer>(2).fill(valueOf(each))) : each.raw,
      ),
    );
    refused(doubled, 'attribute_repeated');
  });

  it('signed attributes passed off as content that was signed without any', () => {
    const attributes = encode(tags.set, ...rawOf(attributesOf(detached)));
    const passedOff = withSigner(detached, (fields) => [...rawOf(fields.slice(0, 3)), ...rawOf(fields.slice(4))]);
    refused(passedOff, 'content_ambiguous', attributes);
  });

  it('attached content changed, dropped or put in', () => {
    const attached = fixture('signers/rsa/attached.cms');
    const withContent = (cms: Buffer, other?: Buffer): Buffer =>
      withSignedData(cms, ([version, digests, info, ...rest]) => {
        const wrapped = other ? [encode(tags.context(0), encode(tags.octetString, other))] : [];
        return [version!.raw, digests!.raw, encode(tags.sequence, children(info!)[0]!.raw, ...wrapped), ...rawOf(rest)];
      });
    const evil = Buffer.from('transfer everything');
    refused(withContent(attached, evil), 'content_mismatch');
    refused(withContent(attached, evil), 'digest_mismatch', evil);
    refused(withContent(detached, evil), 'content_mismatch');
    assert.ok(
      verifyCms({ cms: withContent(attached), content }).ok,
      'detached afterwards is still over the same content',
    );
  });

  it('the content type changed, with and without attributes', () => {
    const retyped = (cms: Buffer): Buffer =>
      withSignedData(cms, ([version, digests, , ...rest]) => [
        version!.raw,
        digests!.raw,
        encode(tags.sequence, encodeOid('1.2.3.4')),
        ...rawOf(rest),
      ]);
    refused(retyped(detached), 'content_type_mismatch');
    refused(retyped(fixture('signers/rsa/noattr.cms')), 'content_type_mismatch');
  });

  it('CAdES: a second certificate over the same key is not the one that was signed with', () => {
    const other = fixture('odd/same-key-other-name.der');
    refused(withSignerNamed(fixture('signers/rsa/cades.cms'), other), 'signing_certificate_mismatch');
    const moved = verifyCms({ cms: withSignerNamed(detached, other), content });
    assert.deepEqual(
      moved.ok && moved.certificate,
      other,
      'elsewhere only the register can tell, by the certificate in the answer',
    );
  });

  it('no signer, and the same one twice', () => {
    const withSigners = (count: number): Buffer =>
      withSignedData(detached, (fields) => {
        const [signer] = children(fields.at(-1)!);
        return [...rawOf(fields.slice(0, -1)), encode(tags.set, ...Array<Buffer>(count).fill(signer!.raw))];
      });
    refused(withSigners(0), 'no_signer');
    refused(withSigners(2), 'several_signers');
  });

  it('a digest named beside the signature that is not the one inside it', () => {
    const relabelled = (cms: Buffer, oid: string): Buffer =>
      withSigner(cms, ([version, id, , ...rest]) => [
        version!.raw,
        id!.raw,
        encode(tags.sequence, encodeOid(oid)),
        ...rawOf(rest),
      ]);
    refused(relabelled(detached, '2.16.840.1.101.3.4.2.3'), 'digest_mismatch');
    refused(relabelled(fixture('signers/rsa-pss/detached.cms'), '2.16.840.1.101.3.4.2.3'), 'algorithm_mismatch');
    refused(relabelled(detached, '1.2.643.7.1.1.2.2'), 'algorithm_mismatch');
    refused(relabelled(detached, '1.2.3.4'), 'algorithm_unsupported');
    const gost = fixture('signers/gost2012_256-A/noattr.cms');
    refused(relabelled(gost, '2.16.840.1.101.3.4.2.1'), 'algorithm_mismatch');
    assert.ok(
      verifyCms({ cms: relabelled(gost, '1.2.643.2.2.9'), content }).ok,
      'the old label over the new digest is let pass',
    );
  });

  it('attributes in another order are the same set', () => {
    assert.ok(verifyCms({ cms: withAttributes(detached, (all) => rawOf(all).toReversed()), content }).ok);
  });
});

function refused(cms: Buffer, reason: FaultReason, over = content): void {
  assert.deepEqual(verifyCms({ cms, content: over }), { ok: false, reason });
}

/** Another signer's name whose keys are of the same kind. */
function sameKind(signer: string): string {
  if (signer === 'pss-key') return 'rsa-pss';
  const kind = signer.split('-')[0]!;
  return fixtures('signers').find((other) => other.startsWith(kind) && other !== signer)!;
}

function withAttributes(cms: Buffer, change: (attributes: Element[]) => readonly Uint8Array[]): Buffer {
  return withSigner(cms, (fields) => [
    ...rawOf(fields.slice(0, 3)),
    encode(tags.context(0), ...change(children(fields[3]!))),
    ...rawOf(fields.slice(4)),
  ]);
}

/** Points the signer at another certificate and puts that one in. */
function withSignerNamed(cms: Buffer, certificate: Buffer): Buffer {
  const body = children(children({ tag: tags.sequence, content: certificate, raw: certificate })[0]!)[0]!;
  const [, serial, , issuer] = children(body);
  const renamed = withSigner(cms, ([version, , ...rest]) => [
    version!.raw,
    encode(tags.sequence, issuer!.raw, serial!.raw),
    ...rawOf(rest),
  ]);
  return withSignedData(renamed, (fields) =>
    fields.map((field) => (field.tag === tags.context(0) ? encode(tags.context(0), certificate) : field.raw)),
  );
}

function attributesOf(cms: Buffer): Element[] {
  let found: Element[] = [];
  withSigner(cms, (fields) => ((found = children(fields[3]!)), rawOf(fields)));
  return found;
}

function without(attributes: Element[], oid: string): Buffer[] {
  return rawOf(attributes.filter((candidate) => typeOf(candidate) !== oid));
}

function typeOf(candidate: Element): string {
  return oidOf(children(candidate)[0]);
}

function valueOf(candidate: Element): Buffer {
  return children(children(candidate)[1]!)[0]!.raw;
}

function attribute(oid: string, ...values: Buffer[]): Buffer {
  return encode(tags.sequence, encodeOid(oid), encode(tags.set, ...values));
}

/** Sealing: HPKE (RFC 9180) in base mode with P-256, HKDF-SHA256 and AES-128-GCM, through the browser's own crypto. */

import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { concat } from "./bytes";

/** The suite of this protocol. */
export function suite(): CipherSuite {
  return new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
}

/** The encapsulated key (65 bytes) and the ciphertext with its tag. Another one each time. */
export async function sealBytes(boxKey: Uint8Array, info: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
  const hpke = suite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(own(boxKey));
  const sender = await hpke.createSenderContext({ recipientPublicKey, info: own(info) });
  return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(own(plaintext))));
}

/** A buffer that holds these bytes and no others, as the library takes them. */
function own(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

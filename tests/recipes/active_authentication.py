#!/usr/bin/env python3
"""Computes a vector of active authentication (9303-11 §6.1) with Python's integers; openssl verifies what it can.

Usage: active_authentication.py rsa BITS DIGEST TRAILER VARIANT, or active_authentication.py ecdsa PARAMETER_ID DIGEST VARIANT
DIGEST is sha1 to sha512, TRAILER in hexadecimal digits. VARIANT: plain; complement (n - s); zero (the signature begins with
a zero octet); other-challenge; truncated; zeros-cut (zero, and the zero octet is left out); der; der-other-challenge;
swapped (s before r); no-info (DG14 does not name the digest); r-zero; s-zero; beyond (s + n).
"""
import hashlib
import sys
import tempfile
from groups import Curve, ec_spki, ecdsa, integer, label, octets, oid, openssl, scalar, sequence, tlv

KIND, SIZE, DIGEST, *REST = sys.argv[1:]
VARIANT = REST[-1]
CHALLENGE = bytes.fromhex("0102030405060708")
SIGNED = bytes.fromhex("0102030405060709") if "other-challenge" in VARIANT else CHALLENGE
NAMES = {"sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


def prime(text, bits):
    """The first probable prime of a label, its two highest bits set, p - 1 prime to 65537."""
    small = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]
    start = int.from_bytes(label(text, bits // 8 + 1), "big") % (1 << bits) | 3 << (bits - 2) | 1
    for candidate in range(start, start + (1 << 20), 2):
        if all(candidate % n for n in small) and pow(2, candidate - 1, candidate) == 1 and candidate % 65537 != 1:
            return candidate


def rsa_key(bits):
    p, q = prime(f"rsa {bits} p", bits // 2), prime(f"rsa {bits} q", bits - bits // 2)
    return p * q, pow(65537, -1, (p - 1) * (q - 1))


def rsa():
    n, d = rsa_key(int(SIZE))
    length, trailer = (n.bit_length() + 7) // 8, bytes.fromhex(REST[0])
    assert n.bit_length() == int(SIZE)
    counter = 0
    while True:
        m1_len = length - 1 - hashlib.new(DIGEST).digest_size - len(trailer)
        m1 = label(f"m1 {counter}", m1_len)
        f = (b"\x06" if n.bit_length() % 8 else b"\x6a") + m1 + hashlib.new(DIGEST, m1 + SIGNED).digest() + trailer
        s = pow(int.from_bytes(f, "big"), d, n)
        assert pow(s, 65537, n) == int.from_bytes(f, "big")
        s = n - s if VARIANT == "complement" else s
        signature = octets(s, length)
        if VARIANT not in ("zero", "zeros-cut") or signature[0] == 0:
            break
        counter += 1
    signature = {"truncated": signature[:-1], "zeros-cut": signature[1:]}.get(VARIANT, signature)
    null = bytes.fromhex("0500")
    spki = sequence(
        sequence(oid("2A864886F70D010101"), null), tlv("03", b"\0" + sequence(integer(n), integer(65537)))
    )
    openssl("pkey", "-pubin", "-inform", "DER", "-noout", data=spki)
    return spki, signature


def curve_signature():
    curve = Curve(int(SIZE))
    private = scalar(f"active {curve.name}", curve)
    public, digest = curve.power(private, curve.g), hashlib.new(DIGEST, SIGNED).digest()
    counter = 0
    while True:
        r, s = ecdsa(curve, private, digest, scalar(f"active nonce {counter}", curve))
        if VARIANT != "zero" or octets(r, curve.order_len)[0] == 0:
            break
        counter += 1
    spki, der = ec_spki(curve, public), sequence(integer(r), integer(s))
    with tempfile.NamedTemporaryFile() as key, tempfile.NamedTemporaryFile() as signature:
        key.write(openssl("pkey", "-pubin", "-inform", "DER", data=spki))
        signature.write(der)
        key.flush()
        signature.flush()
        openssl("dgst", f"-{DIGEST}", "-verify", key.name, "-signature", signature.name, data=SIGNED)
    n = curve.order_len
    r, s = {"swapped": (s, r), "r-zero": (0, s), "s-zero": (r, 0)}.get(VARIANT, (r, s))
    if VARIANT == "complement":
        s = curve.q - s
    if VARIANT == "beyond":
        return spki, octets(r, n) + octets(s + curve.q, n + 1)
    signature = octets(r, n) + octets(s, n)
    signature = {"truncated": signature[:-1]}.get(VARIANT, signature)
    return spki, der if VARIANT.startswith("der") else signature


def finding():
    """What this vector comes to: by 9303-11 §6.1.2.2 and §6.1.2.3."""
    bad = "failed bad_signature"
    if KIND == "rsa":
        of_trailer = {"BC": "sha1", "33CC": "sha1", "38CC": "sha224", "34CC": "sha256", "36CC": "sha384", "35CC": "sha512"}
        if int(SIZE) % 8:
            return "undetermined unsupported_algorithm"
        known = of_trailer.get(REST[0]) == DIGEST
        return "successful" if known and VARIANT in ("plain", "complement", "zero") else bad
    order_len = (int(Curve(int(SIZE)).q.bit_length()) + 7) // 8
    if VARIANT == "no-info":
        return "undetermined unsupported_algorithm"
    if DIGEST == "sha1" or hashlib.new(DIGEST).digest_size > order_len:
        return "failed forbidden_algorithm"
    return {"plain": "successful", "zero": "successful", "complement": "successful", "der": "undetermined tolerance"}.get(VARIANT, bad)


spki, signature = rsa() if KIND == "rsa" else curve_signature()
what = f"RSA {SIZE}, {DIGEST}, trailer {REST[0]}" if KIND == "rsa" else f"ECDSA, {Curve.NAMES[int(SIZE)]}, {DIGEST}"
outcome = finding()
warnings = []
if outcome.startswith(("successful", "undetermined tolerance")):
    warnings += ["sha1"] if DIGEST == "sha1" else []
    warnings += ["short_rsa_key"] if KIND == "rsa" and int(SIZE) < 2048 else []
    warnings += ["der_signature"] if VARIANT == "der" else []
print(f"""kind: active-authentication
source: 9303-11 §6.1.2.{2 if KIND == 'rsa' else 3}; {what}, {VARIANT}; computed with Python's integers
recipe: tests/recipes/active_authentication.py {' '.join(sys.argv[1:])}
expect: {'accepted' if outcome.startswith(('successful', 'undetermined tolerance')) else 'refused'}
spki: {spki.hex().upper()}
challenge: {CHALLENGE.hex().upper()}
signature: {signature.hex().upper()}
finding: {outcome}""")
if warnings:
    print(f"warnings: {' '.join(warnings)}")
if KIND == "rsa" and outcome == "successful":
    print(f"digest: {NAMES[DIGEST]}")
if KIND == "ecdsa" and VARIANT != "no-info":
    print(f"digest_of_dg14: {NAMES[DIGEST]}")

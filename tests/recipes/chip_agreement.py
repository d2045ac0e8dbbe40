#!/usr/bin/env python3
"""Computes a session of chip authentication version 1 in any group (9303-11 §6.2), both sides, by groups.py.

Usage: chip_agreement.py PARAMETER_ID CIPHER ZERO > vector.txt
ZERO names the value whose first octet is zero: public (the reader's, x of a point), chip (the chip's), shared; or -.
A plain chip without EF.SOD gives EF.COM and EF.DG14; after the agreement EF.DG1 is read under the new keys.
"""
import sys
from groups import Cipher, Curve, SecureMessaging, group, integer, octets, oid, scalar, sequence, tlv

GROUP, SUITE, ZERO = group(int(sys.argv[1])), Cipher(sys.argv[2]), sys.argv[3]
ON_CURVE, NUMBER = isinstance(GROUP, Curve), 1 + list(Cipher.NAMES).index(SUITE.name)
PROTOCOL = f"04007F00070202030{2 if ON_CURVE else 1}0{NUMBER}"
DG1 = bytes.fromhex("610B5F1F085445535444415441")
OK, NOT_FOUND = b"\x90\x00", b"\x6a\x82"


def choose(name, of):
    values = (scalar(f"agreement {name} {counter}", GROUP) for counter in range(100_000))
    return next(value for value in values if of is None or GROUP.shared(of(value))[0] == 0)


def public_of(private):
    return GROUP.power(private, GROUP.g)


chip = choose("chip", public_of if ZERO == "chip" else None)
chip_public = public_of(chip)
of = {"public": public_of, "shared": lambda private: GROUP.power(private, chip_public)}
reader = choose("reader", of.get(ZERO))
reader_public = public_of(reader)
shared = GROUP.power(reader, chip_public)
assert shared == GROUP.power(chip, reader_public)
K = GROUP.shared(shared)

# A public key in a certificate: a point, or an INTEGER (RFC 3279 §2.3.3); in a data object: a point, or a number.
key_bits = GROUP.encode(chip_public) if ON_CURVE else integer(chip_public)
spki = sequence(sequence(oid("04007F00070102"), integer(GROUP.parameter_id)), tlv("03", b"\0" + key_bits))
ca_info = sequence(oid(PROTOCOL), integer(1), integer(7))
ca_key = sequence(oid(f"04007F00070202010{2 if ON_CURVE else 1}"), spki, integer(7))
dg14 = tlv("6E", tlv("31", ca_info + ca_key))
com = tlv("60", tlv("5F01", b"0107") + tlv("5F36", b"040000") + tlv("5C", bytes.fromhex("616E")))
lines = []


def exchange(command, response):
    lines.append((command.hex().upper(), response.hex().upper()))


def plain(header, response):
    exchange(bytes.fromhex(header), response)


plain("00B09C0000", NOT_FOUND)
plain("00A4020C02011C", NOT_FOUND)
plain("00B0810000", NOT_FOUND)
plain("00A4040C07A0000002471001", OK)
plain("00B09E0004", com[:4] + OK)
plain("00B09D0000", NOT_FOUND)
plain("00A4020C02011D", NOT_FOUND)
plain("00B09E0000", com + OK)
plain("00B08E0000", dg14[:256] + OK)
if len(dg14) > 256:
    plain(f"00B00100{len(dg14) - 256:02X}", dg14[256:] + OK)
if SUITE.name == "3des":
    data = tlv("91", GROUP.encode(reader_public)) + tlv("84", b"\x07")
    exchange(bytes.fromhex("002241A6") + bytes([len(data)]) + data, OK)
else:
    data = tlv("80", bytes.fromhex(PROTOCOL)) + tlv("84", b"\x07")
    exchange(bytes.fromhex("002241A4") + bytes([len(data)]) + data, OK)
    data = tlv("7C", tlv("80", GROUP.encode(reader_public)))
    while len(data) > 255:
        exchange(bytes.fromhex("10860000FF") + data[:255], OK)
        data = data[255:]
    exchange(bytes.fromhex("00860000") + bytes([len(data)]) + data + b"\0", bytes.fromhex("7C00") + OK)
session = SecureMessaging(SUITE, SUITE.kdf(K, 1), SUITE.kdf(K, 2))
command = session.command(bytes.fromhex("00B08100"), le=b"\xe7" if SUITE.name == "3des" else b"\xdf")
exchange(command, session.response(OK, DG1))

zero = "" if ZERO == "-" else f"; the first octet of the {'shared secret' if ZERO == 'shared' else f'{ZERO} key'} is zero"
print(f"""# Chip authentication version 1, {GROUP.name}, {SUITE.name}.
kind: session
source: 9303-11 §6.2; computed with Python's integers and openssl{zero.replace("public key", "reader's key").replace("chip key", "chip's key")}
recipe: tests/recipes/chip_agreement.py {' '.join(sys.argv[1:])}
expect: accepted
outcome: chip_authentication_proven
password: none
random_1: {octets(reader, GROUP.order_len).hex().upper()}
file_dg1: {DG1.hex().upper()}""")
for index, (command, response) in enumerate(lines):
    print(f"command_{index + 1}: {command}\nresponse_{index + 1}: {response}")

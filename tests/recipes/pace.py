#!/usr/bin/env python3
"""Computes both sides of PACE and prints a vector of it (9303-11 §4.4, Appendix B).

Usage: pace.py (steps|session) (gm|im|cam) PARAMETER_ID CIPHER ZERO [VARIANT] > vector.txt
ZERO names the value whose first octet is zero: s, t, map_pk_ifd, map_pk_ic (x of a point), h, mapped_x, mapped_y, pk_ifd,
pk_ic, shared, ca_ic; or - for none. It is found by counting up a label, the other values follow from fixed labels.
VARIANT alters a session: padded (a chip that keeps the zeros of its DH number), chained (a line without extended
lengths), empty (DO'7C' without DO'82'), authority (DO'87' beside the token).
"""
import sys
from card_security import card_security
from groups import Cipher, Curve, SecureMessaging, der_items, group, integer, label, octets, oid, scalar, sequence, tlv

KIND, MAPPING, PARAMETER_ID, CIPHER, ZERO = sys.argv[1:6]
VARIANT = sys.argv[6] if len(sys.argv) > 6 else ""
GROUP, SUITE = group(int(PARAMETER_ID)), Cipher(CIPHER)
ON_CURVE = isinstance(GROUP, Curve)
ARC = {("gm", False): 1, ("gm", True): 2, ("im", False): 3, ("im", True): 4, ("cam", True): 6}[MAPPING, ON_CURVE]
PROTOCOL = bytes.fromhex("04007F0007020204") + bytes([ARC, 1 + list(Cipher.NAMES).index(CIPHER)])
CAN = b"123456"
NAME = f"{MAPPING} {PARAMETER_ID} {CIPHER}"


def first_zero(values, of):
    """The first of the values for which `of` gives octets that begin with a zero."""
    return next(value for value in values if of(value)[0] == 0)


def choose(name, make, of):
    """The value of a name: the first of its label's, or the first with a zero where that is asked for."""
    values = (make(f"{NAME} {name} {counter}") for counter in range(100_000))
    zeros = of.get(ZERO)
    return first_zero(values, zeros) if zeros else next(values)


def x_of(element):
    return GROUP.shared(element)


def y_of(element):
    return GROUP.printed(element)[GROUP.len :]


def nonce(length):
    return lambda text: (b"\0" if ZERO == text.split()[-2] else b"") + label(text, length)[ZERO == text.split()[-2] :]


def private(text):
    return scalar(text, GROUP)


v = {}
power, combine, g = GROUP.power, GROUP.combine, GROUP.g
v["k"] = CAN
v["k_pi"] = k_pi = SUITE.kdf(CAN, 3)
if MAPPING == "im":
    s = choose("s", nonce(SUITE.nonce_len), {})
    mapped_by = lambda t: g if VARIANT == "at-once" else GROUP.map_integrated(SUITE.pseudo_random(s, t, GROUP.p)[1])
    targets = {"mapped_x": lambda t: x_of(mapped_by(t)), "mapped_y": lambda t: y_of(mapped_by(t))}
    t = choose("t", nonce(SUITE.key_len), targets)
    r, r_p = SUITE.pseudo_random(s, t, GROUP.p)
    mapped = mapped_by(t)
    mapping = {"s": s, "z": SUITE.cbc(k_pi, s), "t": t, "r": r, "r_p": octets(r_p, GROUP.len)}
else:
    map_sk_ifd = choose("map_sk_ifd", private, {"map_pk_ifd": lambda sk: x_of(power(sk, g))})
    map_pk_ifd = power(map_sk_ifd, g)
    static = private(f"{NAME} static")
    targets = {
        "map_pk_ic": lambda sk: x_of(power(sk, g)),
        "h": lambda sk: x_of(power(sk, map_pk_ifd)),
        "ca_ic": lambda sk: octets(sk * pow(static, -1, GROUP.q) % GROUP.q, GROUP.order_len),
    }
    map_sk_ic = choose("map_sk_ic", private, targets)
    map_pk_ic, h = power(map_sk_ic, g), power(map_sk_ic, map_pk_ifd)
    mapped_by = lambda s: combine(power(int.from_bytes(s, "big"), g), h)
    targets = {"mapped_x": lambda s: x_of(mapped_by(s)), "mapped_y": lambda s: y_of(mapped_by(s))}
    s = choose("s", nonce(SUITE.nonce_len), targets)
    mapped = mapped_by(s)
    mapping = {"s": s, "z": SUITE.cbc(k_pi, s), "map_sk_ifd": map_sk_ifd, "map_pk_ifd": map_pk_ifd}
    mapping |= {"map_sk_ic": map_sk_ic, "map_pk_ic": map_pk_ic, "h": h}
    assert power(map_sk_ifd, map_pk_ic) == h
v |= mapping
v["mapped_g"] = mapped

sk_ifd = choose("sk_ifd", private, {"pk_ifd": lambda sk: x_of(power(sk, mapped))})
pk_ifd = power(sk_ifd, mapped)
targets = {"pk_ic": lambda sk: x_of(power(sk, mapped)), "shared": lambda sk: x_of(power(sk, pk_ifd))}
sk_ic = choose("sk_ic", private, targets)
pk_ic = power(sk_ic, mapped)
assert power(sk_ifd, pk_ic) == power(sk_ic, pk_ifd)
shared = GROUP.shared(power(sk_ic, pk_ifd))
ks_enc, ks_mac = SUITE.kdf(shared, 1), SUITE.kdf(shared, 2)
v |= {"sk_ifd": sk_ifd, "pk_ifd": pk_ifd, "sk_ic": sk_ic, "pk_ic": pk_ic, "shared": shared}
v |= {"ks_enc": ks_enc, "ks_mac": ks_mac}


def written(element):
    return GROUP.shared(element) if VARIANT == "padded" else GROUP.encode(element)


def token_input(public):
    return tlv("7F49", tlv("06", PROTOCOL) + tlv("86" if ON_CURVE else "84", public))


v["token_input_ifd"] = token_input(written(pk_ic))
v["token_input_ic"] = token_input(GROUP.encode(pk_ifd))
v["t_ifd"] = t_ifd = SUITE.token(ks_mac, v["token_input_ifd"])
v["t_ic"] = t_ic = SUITE.token(ks_mac, v["token_input_ic"])
if MAPPING == "cam":
    # CA_IC = (SK_IC)^-1 · SK_map,IC mod n;  A_IC = E(KS_Enc, CA_IC), IV = E(KS_Enc, -1)
    ca_ic = octets(map_sk_ic * pow(static, -1, GROUP.q) % GROUP.q, GROUP.order_len)
    iv = SUITE.cbc(ks_enc, b"\xff" * 16)
    v["static_pk_ic"] = power(static, g)
    assert power(int.from_bytes(ca_ic, "big"), v["static_pk_ic"]) == map_pk_ic
    factor = ca_ic.lstrip(b"\0") if VARIANT == "cut" else ca_ic
    v["ca_ic"], v["iv"], v["a_ic"] = ca_ic, iv, SUITE.cbc(ks_enc, SUITE.pad(factor), iv)

if ZERO != "-":
    checked = {"mapped_x": "mapped_g", "mapped_y": "mapped_g"}.get(ZERO, ZERO)
    value = v[checked]
    value = value if isinstance(value, bytes) else (y_of(value) if ZERO == "mapped_y" else x_of(value))
    assert value[0] == 0, ZERO


def shown(name, value):
    if isinstance(value, bytes):
        return value.hex().upper()
    if name.startswith(("sk", "map_sk")):
        return octets(value, GROUP.order_len).hex().upper()
    return GROUP.printed(value).hex().upper()


what = f"{MAPPING.upper()} over {'ECDH' if ON_CURVE else 'DH'}, {GROUP.name}, {CIPHER}, password CAN"
zero = "" if ZERO == "-" else f"; the first octet of {ZERO} is zero"
source = f"9303-11 §4.4{' and Appendix B' if MAPPING == 'im' else ''}; computed with Python's integers and openssl{zero}"
print(f"# PACE, {what}.")
print(f"kind: {'session' if KIND == 'session' else 'pace-' + MAPPING}")
print(f"source: {source}")
print(f"recipe: tests/recipes/pace.py {' '.join(sys.argv[1:])}")
CODES = {
    "other-key": "bad_key", "no-data": "chip_data_missing", "one": "protocol.bad_public_key",
    "minus-one": "protocol.bad_public_key", "outside": "protocol.bad_public_key", "own": "protocol.same_public_key",
    "wrong-token": "protocol.wrong_token", "at-once": "unsupported",
}
print(f"expect: {'refused' if VARIANT in CODES else 'accepted'}")
if KIND == "steps":
    print(f"group: {GROUP.name}\ncipher: {CIPHER}")
    for name, value in v.items():
        print(f"{name}: {shown(name, value)}")
    sys.exit()

lines = []


def exchange(command, response):
    lines.append((command.hex().upper(), response.hex().upper()))


LONG = not ON_CURVE and GROUP.len > 128
OK = b"\x90\x00"


def general_authenticate(content, answer, last=False):
    data, cla = tlv("7C", content), b"\x00" if last else b"\x10"
    head = cla + b"\x86\x00\x00"
    answer = tlv("7C", answer)
    if LONG and content and VARIANT != "chained":
        # An answer of up to 512 octets, as EF.ATR/INFO allows.
        exchange(head + b"\0" + octets(len(data), 2) + data + b"\x02\x00", answer + OK)
        return
    while len(data) > 255:
        exchange(b"\x10\x86\x00\x00\xff" + data[:255], OK)
        data = data[255:]
    status = OK if len(answer) <= 256 else b"\x61" + bytes([len(answer) - 256])
    exchange(head + bytes([len(data)]) + data + b"\0", answer[:256] + status)
    if len(answer) > 256:
        exchange(b"\x00\xc0\x00\x00" + bytes([len(answer) - 256]), answer[256:] + OK)


card_access = tlv("31", tlv("30", tlv("06", PROTOCOL) + b"\x02\x01\x02" + tlv("02", bytes([GROUP.parameter_id]))))
exchange(bytes.fromhex("00B09C0000"), card_access + OK)
atr_info = bytes.fromhex("7F66080202040002020202") + OK
exchange(bytes.fromhex("00B0810000"), atr_info if LONG and VARIANT != "chained" else b"\x6a\x82")
set_at = tlv("80", PROTOCOL) + b"\x83\x01\x02"
exchange(bytes.fromhex("0022C1A4") + bytes([len(set_at)]) + set_at, OK)
general_authenticate(b"", tlv("80", v["z"]))
if MAPPING == "im":
    general_authenticate(tlv("81", t), b"" if VARIANT == "empty" else tlv("82", b""))
else:
    general_authenticate(tlv("81", GROUP.encode(map_pk_ifd)), tlv("82", written(map_pk_ic)))
bad_keys = {"own": GROUP.encode(pk_ifd)}
if ON_CURVE:
    bad_keys["outside"] = GROUP.encode((pk_ic[0], (pk_ic[1] + 1) % GROUP.p))
else:
    outside = next(n for n in range(2, 99) if pow(n, GROUP.q, GROUP.p) != 1)
    bad_keys |= {"one": b"\x01", "minus-one": GROUP.encode(GROUP.p - 1), "outside": bytes([outside])}
general_authenticate(tlv("83", GROUP.encode(pk_ifd)), tlv("84", bad_keys.get(VARIANT, written(pk_ic))))
beside = tlv("8A", v["a_ic"]) if MAPPING == "cam" and VARIANT != "no-data" else b""
beside += tlv("87", b"DETESTCVCA00003") if VARIANT == "authority" else b""
wrong = bytes([t_ic[0] ^ 1]) + t_ic[1:]
general_authenticate(tlv("85", t_ifd), tlv("86", wrong if VARIANT == "wrong-token" else t_ic) + beside, last=True)

# Under the new keys: EF.CardSecurity where the mapping shows the chip, then SELECT of the application.
session = SecureMessaging(SUITE, ks_enc, ks_mac)


def protected(header, data, le, status, answer=b""):
    command = session.command(bytes.fromhex(header), data, le)
    exchange(command, session.response(bytes.fromhex(status), answer))


if MAPPING == "cam":
    key = power(private("another"), g) if VARIANT == "other-key" else v["static_pk_ic"]
    spki = sequence(sequence(oid("04007F00070102"), integer(GROUP.parameter_id)), tlv("03", b"\0" + GROUP.encode(key)))
    pace_info = next(der_items(card_access))[1]
    file, csca = card_security([pace_info, sequence(oid("04007F000702020102"), spki)])
    for at in range(0, len(file), 223):
        part = file[at : at + 223]
        le = b"\xdf" if at == 0 else bytes([len(part)])
        protected("00B09D00" if at == 0 else f"00B0{at:04X}", b"", le, "9000", part)
protected("00A4040C", bytes.fromhex("A0000002471001"), b"", "9000")
if MAPPING == "cam":
    # No EF.SOD, and no EF.COM: neither by short identifier nor by file identifier.
    for short, fid in [("00B09D00", "011D"), ("00B09E00", "011E")]:
        protected(short, b"", b"\xdf", "6A82")
        protected("00A4020C", bytes.fromhex(fid), b"", "6A82")
    print(f"outcome: chip_mapping_proven\ncsca: {csca.hex().upper()}")
else:
    print("outcome: opened_pace")

if VARIANT in CODES:
    print(f"code: {CODES[VARIANT]}")
print("password: can 123456")
draws = [t if MAPPING == "im" else octets(map_sk_ifd, GROUP.order_len), octets(sk_ifd, GROUP.order_len)]
for index, draw in enumerate(draws):
    print(f"random_{index + 1}: {draw.hex().upper()}")
# What is refused ends there: two exchanges before PACE, MSE:Set AT, then nonce, mapping, agreement and tokens.
last = {"at-once": 2, "wrong-token": 7} | dict.fromkeys(bad_keys, 6)
for index, (command, response) in enumerate(lines[: last.get(VARIANT)]):
    print(f"command_{index + 1}: {command}\nresponse_{index + 1}: {response}")

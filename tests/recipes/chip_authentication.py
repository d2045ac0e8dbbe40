#!/usr/bin/env python3
"""Computes transcripts of chip authentication version 1, every cryptographic step with the openssl command line.

No worked example of it is published. Usage: chip_authentication.py (kat|at) > vector.txt
A plain chip without EF.SOD gives EF.COM and EF.DG14; after the agreement EF.DG1 is read under the new keys. The keys are
fixed below, so that the output is the same each time. Needs OpenSSL 3 with its legacy provider (single DES).
"""
import subprocess
import sys
import tempfile

KIND = sys.argv[1]
CURVE, CURVE_OID = {"kat": ("prime256v1", "06082A8648CE3D030107"), "at": ("brainpoolP256r1", "06092B2403030208010107")}[KIND]
PROTOCOL = {"kat": "04007F00070202030201", "at": "04007F00070202030202"}[KIND]  # id-CA-ECDH-3DES-CBC-CBC, -AES-CBC-CMAC-128
CHIP = "5A3C1E7F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A41"
READER = "1F2E3D4C5B6A79880716253443526170A9B8C7D6E5F4031221304F5E6D7C8B93"
DG1 = "610B5F1F0854455354444154 41".replace(" ", "")


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def tlv(tag, value):
    length = len(value) // 2
    encoded = f"{length:02X}" if length < 128 else (f"81{length:02X}" if length < 256 else f"82{length:04X}")
    return tag + encoded + value


def key_file(private):
    """An ECPrivateKey (RFC 5915) as a file; openssl computes the public key."""
    der = tlv("30", "020101" + tlv("04", private) + tlv("A0", CURVE_OID))
    file = tempfile.NamedTemporaryFile(suffix=".der")
    file.write(openssl("ec", "-inform", "DER", "-outform", "DER", data=bytes.fromhex(der)))
    file.flush()
    return file


def public_key(file):
    return openssl("ec", "-inform", "DER", "-in", file.name, "-pubout", "-outform", "DER")


def digest(name, message):
    return openssl("dgst", f"-{name}", "-binary", data=bytes.fromhex(message)).hex().upper()


def parity(key):
    return "".join(f"{(b & 0xFE) | (1 ^ (bin(b & 0xFE).count('1') & 1)):02X}" for b in bytes.fromhex(key))


def kdf(secret, counter):  # 9303-11 §9.7.1
    key = digest("sha1", secret + f"{counter:08X}")[:32]
    return parity(key) if KIND == "kat" else key


def cbc(cipher, key, iv, message, decrypt=False):
    direction = ["-d"] if decrypt else ["-e"]
    legacy = ["-provider", "legacy", "-provider", "default"]
    out = openssl("enc", f"-{cipher}", *direction, "-K", key, "-iv", iv, "-nopad", *legacy, data=bytes.fromhex(message))
    return out.hex().upper()


BLOCK = 8 if KIND == "kat" else 16
ZERO = "00" * BLOCK


def pad(message):
    padded = message + "80"
    return padded + "00" * (-(len(padded) // 2) % BLOCK)


def encrypt(ssc, message):
    if KIND == "kat":
        return cbc("des-ede-cbc", KS_ENC, ZERO, message)
    iv = cbc("aes-128-cbc", KS_ENC, ZERO, ssc)
    return cbc("aes-128-cbc", KS_ENC, iv, message)


def mac(message):
    if KIND == "kat":  # ISO/IEC 9797-1 MAC algorithm 3, in its three steps
        k1, k2 = KS_MAC[:16], KS_MAC[16:]
        last = cbc("des-cbc", k1, ZERO, message)[-16:]
        return cbc("des-ecb", k1, ZERO, cbc("des-ecb", k2, ZERO, last, decrypt=True))
    out = openssl("mac", "-cipher", "AES-128-CBC", "-macopt", f"hexkey:{KS_MAC}", "CMAC", data=bytes.fromhex(message))
    return out.decode().strip()[:16].upper()


chip, reader = key_file(CHIP), key_file(READER)
chip_spki = public_key(chip).hex().upper()
reader_point = public_key(reader)[-65:].hex().upper()
with tempfile.NamedTemporaryFile(suffix=".der") as peer:
    peer.write(public_key(chip))
    peer.flush()
    K = openssl("pkeyutl", "-derive", "-inkey", reader.name, "-keyform", "DER", "-peerkey", peer.name, "-peerform", "DER")
K = K.hex().upper()
KS_ENC, KS_MAC = kdf(K, 1), kdf(K, 2)

ca_info = tlv("30", tlv("06", PROTOCOL) + "020101" + "020107")
ca_key = tlv("30", tlv("06", "04007F000702020102") + chip_spki + "020107")
dg14 = tlv("6E", tlv("31", ca_info + ca_key))
com = tlv("60", tlv("5F01", "30313037") + tlv("5F36", "303430303030") + tlv("5C", "616E"))

lines = []


def exchange(command, response):
    lines.append(f"> {command}")
    lines.append(f"< {response}")


exchange("00B09C0000", "6A82")
exchange("00A4020C02011C", "6A82")
exchange("00B0810000", "6A82")
exchange("00A4040C07A0000002471001", "9000")
exchange("00B09E0004", com[:8] + "9000")
exchange("00B09D0000", "6A82")
exchange("00A4020C02011D", "6A82")
exchange("00B09E0000", com + "9000")
exchange("00B08E0000", dg14 + "9000")
if KIND == "kat":
    data = tlv("91", reader_point) + tlv("84", "07")
    exchange(f"002241A6{len(data) // 2:02X}{data}", "9000")
else:
    data = tlv("80", PROTOCOL) + tlv("84", "07")
    exchange(f"002241A4{len(data) // 2:02X}{data}", "9000")
    data = tlv("7C", tlv("80", reader_point))
    exchange(f"00860000{len(data) // 2:02X}{data}00", "7C009000")

# READ BINARY of EF.DG1 under the new keys, SSC = 1, and its answer, SSC = 2.
ssc = [f"{n:0{2 * BLOCK}X}" for n in range(3)]
ne = "E7" if KIND == "kat" else "DF"
do97 = "9701" + ne
cc = mac(pad(ssc[1] + pad("0CB08100") + do97))
body = do97 + "8E08" + cc
command = f"0CB08100{len(body) // 2:02X}{body}00"
do87 = tlv("87", "01" + encrypt(ssc[2], pad(DG1)))
do99 = "99029000"
answer = do87 + do99 + "8E08" + mac(pad(ssc[2] + do87 + do99)) + "9000"
exchange(command, answer)

print(f"""# Chip authentication version 1, {'3DES, MSE:Set KAT' if KIND == 'kat' else 'AES-128, MSE:Set AT and GENERAL AUTHENTICATE'}.
kind: session
source: computed with the openssl command line; no worked example is published (9303-11 §6.2)
recipe: tests/recipes/chip_authentication.py {KIND}
expect: accepted
outcome: chip_authentication_proven
password: none
random_1: {READER}
# shared_secret = {K}
# ks_enc = {KS_ENC}
# ks_mac = {KS_MAC}
file_dg1: {DG1}""")
for index, line in enumerate(lines):
    print(f"{ {'>': 'command', '<': 'response'}[line[0]]}_{index // 2 + 1}: {line[2:]}")

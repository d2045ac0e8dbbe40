"""What the recipes compute with: curves and DH groups in plain integers, ciphers and codes by the openssl command line.

It shares nothing with the library. The curves' parameters are those that openssl prints, the DH groups' those that it
has under the names of RFC 5114. The integrated mapping follows 9303-11 §4.4.3.3.2 and Appendix B step by step.
Needs OpenSSL 3 with its legacy provider (single DES).
"""
import hashlib
import subprocess


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def der_items(der):
    """The tags and values of a row of short DER objects."""
    while der:
        length, head = der[1], 2
        if length >= 0x80:
            head += length & 0x7F
            length = int.from_bytes(der[2:head], "big")
        yield der[0], der[head : head + length]
        der = der[head + length :]


def octets(number, length):
    return number.to_bytes(length, "big")


class Curve:
    """A curve by the name that openssl has for it; a point is a pair of numbers."""

    NAMES = {
        8: "secp192r1", 9: "brainpoolP192r1", 10: "secp224r1", 11: "brainpoolP224r1", 12: "secp256r1",
        13: "brainpoolP256r1", 14: "brainpoolP320r1", 15: "secp384r1", 16: "brainpoolP384r1", 17: "brainpoolP512r1",
        18: "secp521r1",
    }

    def __init__(self, parameter_id):
        self.parameter_id, self.name = parameter_id, self.NAMES[parameter_id]
        self.openssl_name = {"secp192r1": "prime192v1", "secp256r1": "prime256v1"}.get(self.name, self.name)
        der = openssl("ecparam", "-name", self.openssl_name, "-param_enc", "explicit", "-outform", "DER")
        ((_, parameters),) = der_items(der)
        fields = list(der_items(parameters))
        (_, _), (_, p) = der_items(fields[1][1])
        (_, a), (_, b), *_ = der_items(fields[2][1])
        base, order = fields[3][1], fields[4][1]
        self.p, self.a, self.b, self.q = (int.from_bytes(x, "big") for x in (p, a, b, order))
        self.len, self.order_len = (self.p.bit_length() + 7) // 8, (self.q.bit_length() + 7) // 8
        self.g = self.decode(base)

    def decode(self, point):
        assert point[0] == 4 and len(point) == 1 + 2 * self.len
        return int.from_bytes(point[1 : 1 + self.len], "big"), int.from_bytes(point[1 + self.len :], "big")

    def encode(self, point):
        return b"\x04" + octets(point[0], self.len) + octets(point[1], self.len)

    def combine(self, one, two):
        if one is None or two is None:
            return one or two
        (x1, y1), (x2, y2), p = one, two, self.p
        if x1 == x2:
            if (y1 + y2) % p == 0:
                return None
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, p)
        x3 = (slope * slope - x1 - x2) % p
        return x3, (slope * (x1 - x3) - y1) % p

    def power(self, scalar, point):
        result = None
        for bit in bin(scalar % self.q)[2:]:
            result = self.combine(result, result)
            if bit == "1":
                result = self.combine(result, point)
        return result

    def shared(self, point):
        return octets(point[0], self.len)

    def printed(self, point):
        return self.encode(point)[1:]

    def map_integrated(self, t):
        """9303-11 §B.2: from a number of the field to a point."""
        p, a, b = self.p, self.a, self.b
        assert p % 4 == 3, "Appendix B needs a prime that is 3 modulo 4"
        alpha = -t * t % p
        x2 = -b * pow(a, -1, p) * (1 + pow(alpha + alpha * alpha, -1, p)) % p
        x3 = alpha * x2 % p
        h2 = (x2**3 + a * x2 + b) % p
        u = t**3 * h2 % p
        root = pow(h2, p - 1 - (p + 1) // 4, p)
        point = (x2, root * h2 % p) if root * root * h2 % p == 1 else (x3, root * u % p)
        x, y = point
        assert (y * y - x**3 - a * x - b) % p == 0
        return point


class Dh:
    """A group of RFC 5114 §2; a number stands for itself."""

    NAMES = {0: "modp-1024-160", 1: "modp-2048-224", 2: "modp-2048-256"}

    def __init__(self, parameter_id):
        self.parameter_id, self.name = parameter_id, self.NAMES[parameter_id]
        option = f"dh_rfc5114:{parameter_id + 1}"
        pem = openssl("genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", option)
        text = openssl("asn1parse", data=pem).decode()
        numbers = [int(line.rsplit(":", 1)[1], 16) for line in text.splitlines() if "INTEGER" in line]
        self.p, self.g, self.q = numbers[:3]
        self.len, self.order_len = (self.p.bit_length() + 7) // 8, (self.q.bit_length() + 7) // 8
        assert pow(self.g, self.q, self.p) == 1 and (self.p - 1) % self.q == 0

    def decode(self, number):
        return int.from_bytes(number, "big")

    def encode(self, number):
        return octets(number, (number.bit_length() + 7) // 8)

    def combine(self, one, two):
        return one * two % self.p

    def power(self, exponent, base):
        return pow(base, exponent, self.p)

    def shared(self, number):
        return octets(number, self.len)

    printed = shared

    def map_integrated(self, t):
        """9303-11 §4.4.3.3.2: Ĝ = R_p(s, t)^a, a = (p − 1)/q."""
        return pow(t, (self.p - 1) // self.q, self.p)


def group(parameter_id):
    return Dh(parameter_id) if parameter_id in Dh.NAMES else Curve(parameter_id)


class Cipher:
    """A suite of secure messaging: block cipher, code and key derivation."""

    NAMES = {"3des": (8, 16), "aes-128": (16, 16), "aes-192": (16, 24), "aes-256": (16, 32)}
    # The constants c0 and c1 of the pseudo-random function (9303-11 §4.4.3.3.2).
    CONSTANTS = {
        16: ("a668892a7c41e3ca739f40b057d85904", "a4e136ac725f738b01c1f60217c188ad"),
        32: (
            "d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676",
            "54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517",
        ),
    }

    def __init__(self, name):
        self.name = name
        self.block, self.key_len = self.NAMES[name]
        self.nonce_len = 16 if self.key_len == 16 else 32

    def cbc(self, key, data, iv=None, decrypt=False):
        name = "des-ede-cbc" if self.name == "3des" else f"{self.name}-cbc"
        return self._enc(name, key, data, iv or bytes(self.block), decrypt)

    @staticmethod
    def _enc(name, key, data, iv, decrypt=False):
        arguments = ["enc", f"-{name}", "-d" if decrypt else "-e", "-K", key.hex(), "-nopad"]
        if not name.endswith("ecb"):
            arguments += ["-iv", iv.hex()]
        return openssl(*arguments, "-provider", "legacy", "-provider", "default", data=data)

    def pad(self, data):
        return data + b"\x80" + bytes(-(len(data) + 1) % self.block)

    def mac(self, key, data):
        """Over data that is padded already for secure messaging, and for 3DES in tokens too."""
        if self.name == "3des":  # ISO/IEC 9797-1 MAC algorithm 3, in its three steps
            last = self._enc("des-cbc", key[:8], data, bytes(8))[-8:]
            return self._enc("des-ecb", key[:8], self._enc("des-ecb", key[8:], last, b"", True), b"")
        name = self.name.upper() + "-CBC"
        out = openssl("mac", "-cipher", name, "-macopt", f"hexkey:{key.hex()}", "CMAC", data=data)
        return bytes.fromhex(out.decode().strip())[:8]

    def token(self, key, data):
        return self.mac(key, self.pad(data) if self.name == "3des" else data)

    def kdf(self, secret, counter):
        """9303-11 §9.7.1."""
        digest = hashlib.sha1 if self.key_len == 16 else hashlib.sha256
        key = digest(secret + octets(counter, 4)).digest()[: self.key_len]
        if self.name == "3des":
            key = bytes((b & 0xFE) | (1 ^ (bin(b & 0xFE).count("1") & 1)) for b in key)
        return key

    def pseudo_random(self, s, t, p):
        """R(s, t) and R_p(s, t) (9303-11 §4.4.3.3.2): as many parts as make log2(p) + 64 bits."""
        c0, c1 = (bytes.fromhex(c) for c in self.CONSTANTS[len(s)])
        key, out = self.cbc(t, s)[: self.key_len], b""
        while len(out) * 8 < p.bit_length() + 64:
            out += self.cbc(key, c1)
            key = self.cbc(key, c0)[: self.key_len]
        return out, int.from_bytes(out, "big") % p


def label(text, length):
    """Fixed octets that stand in for random ones: SHA-512 of a label, repeated."""
    out, counter = b"", 0
    while len(out) < length:
        out += hashlib.sha512(f"{text} {counter}".encode()).digest()
        counter += 1
    return out[:length]


def scalar(text, group):
    return int.from_bytes(label(text, group.order_len + 8), "big") % (group.q - 1) + 1


def tlv(tag, value):
    length = len(value)
    head = bytes([length]) if length < 128 else (bytes([0x81, length]) if length < 256 else b"\x82" + octets(length, 2))
    return bytes.fromhex(tag) + head + value


class SecureMessaging:
    """Both sides of secure messaging under the keys of PACE, SSC = 0 before the first command (9303-11 §9.8)."""

    def __init__(self, suite, ks_enc, ks_mac):
        self.suite, self.ks_enc, self.ks_mac, self.ssc = suite, ks_enc, ks_mac, 0

    def _count(self):
        self.ssc += 1
        return octets(self.ssc, self.suite.block)

    def _cryptogram(self, ssc, data):
        iv = bytes(8) if self.suite.name == "3des" else self.suite.cbc(self.ks_enc, ssc)
        return tlv("87", b"\x01" + self.suite.cbc(self.ks_enc, self.suite.pad(data), iv)) if data else b""

    def command(self, header, data=b"", le=b""):
        ssc, header = self._count(), bytes([header[0] | 0x0C]) + header[1:]
        body = self._cryptogram(ssc, data) + (tlv("97", le) if le else b"")
        body += tlv("8E", self.suite.mac(self.ks_mac, self.suite.pad(ssc + self.suite.pad(header) + body)))
        return header + bytes([len(body)]) + body + b"\0"

    def response(self, status, data=b""):
        ssc = self._count()
        body = self._cryptogram(ssc, data) + tlv("99", status)
        return body + tlv("8E", self.suite.mac(self.ks_mac, self.suite.pad(ssc + body))) + status


def ecdsa(curve, private, digest, k):
    """(r, s) over a digest with the nonce k (SEC 1 §4.1.3)."""
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - curve.q.bit_length())
    r = curve.power(k, curve.g)[0] % curve.q
    return r, pow(k, -1, curve.q) * (e + r * private) % curve.q


def integer(number):
    return tlv("02", octets(number, number.bit_length() // 8 + 1))


def sequence(*parts):
    return tlv("30", b"".join(parts))


def oid(digits):
    return tlv("06", bytes.fromhex(digits))


def ec_spki(curve, public):
    """A SubjectPublicKeyInfo, the curve by its name."""
    named = openssl("ecparam", "-name", curve.openssl_name, "-outform", "DER")
    return sequence(sequence(oid("2A8648CE3D0201"), named), tlv("03", b"\0" + curve.encode(public)))

"""An EF.CardSecurity and the authority that stands behind it, built octet by octet (9303-11 §9.2.11, RFC 5652 §5).

openssl verifies both before they are used. Signed with ECDSA on secp256r1 and SHA-256.
"""
import hashlib
import tempfile
from groups import Curve, ec_spki, ecdsa, integer, oid, openssl, scalar, sequence, tlv

CURVE = Curve(12)
SHA256, ECDSA_SHA256 = sequence(oid("608648016503040201")), sequence(oid("2A8648CE3D040302"))
NOT_BEFORE, NOT_AFTER = tlv("17", b"240101000000Z"), tlv("17", b"350101000000Z")


def sign(private, message):
    digest = hashlib.sha256(message).digest()
    r, s = ecdsa(CURVE, private, digest, scalar(f"nonce {digest.hex()}", CURVE))
    return sequence(integer(r), integer(s))


def name(common):
    part = lambda arc, tag, text: tlv("31", sequence(oid(arc), tlv(tag, text)))
    return sequence(part("550406", "13", b"UT"), part("550403", "0C", common))


def certificate(issuer, issuer_key, subject, key, serial, extensions):
    tbs = sequence(
        tlv("A0", integer(2)), integer(serial), ECDSA_SHA256, issuer, sequence(NOT_BEFORE, NOT_AFTER), subject,
        ec_spki(CURVE, CURVE.power(key, CURVE.g)), tlv("A3", sequence(*extensions)),
    )
    return sequence(tbs, ECDSA_SHA256, tlv("03", b"\0" + sign(issuer_key, tbs)))


def extension(arc, critical, value):
    return sequence(oid(arc), tlv("01", b"\xff") if critical else b"", tlv("04", value))


def key_id(key):
    return hashlib.sha1(CURVE.encode(CURVE.power(key, CURVE.g))).digest()


def card_security(infos):
    """The file over these SecurityInfos, and the certificate of its authority."""
    csca_key, ds_key = scalar("card security csca", CURVE), scalar("card security ds", CURVE)
    csca_name, ds_name = name(b"CSCA of a recipe"), name(b"DS of a recipe")
    csca = certificate(csca_name, csca_key, csca_name, csca_key, 1, [
        extension("551D13", True, sequence(tlv("01", b"\xff"), integer(0))),
        extension("551D0F", True, bytes.fromhex("03020106")),
        extension("551D0E", False, tlv("04", key_id(csca_key))),
    ])
    ds = certificate(csca_name, csca_key, ds_name, ds_key, 2, [
        extension("551D0F", True, bytes.fromhex("03020780")),
        extension("551D23", False, sequence(tlv("80", key_id(csca_key)))),
        extension("551D0E", False, tlv("04", key_id(ds_key))),
    ])
    content = tlv("31", b"".join(infos))
    security_object = oid("04007F0007030201")
    attribute = lambda arc, value: sequence(oid(arc), tlv("31", value))
    attributes = b"".join(sorted([
        attribute("2A864886F70D010903", security_object),
        attribute("2A864886F70D010904", tlv("04", hashlib.sha256(content).digest())),
    ]))
    signer = sequence(
        integer(1), sequence(csca_name, integer(2)), SHA256, tlv("A0", attributes), ECDSA_SHA256,
        tlv("04", sign(ds_key, tlv("31", attributes))),
    )
    signed = sequence(
        integer(3), tlv("31", SHA256), sequence(security_object, tlv("A0", tlv("04", content))), tlv("A0", ds),
        tlv("31", signer),
    )
    file = sequence(oid("2A864886F70D010702"), tlv("A0", signed))
    with tempfile.NamedTemporaryFile() as root:
        root.write(openssl("x509", "-inform", "DER", data=csca))
        root.flush()
        verified = openssl("cms", "-verify", "-inform", "DER", "-CAfile", root.name, "-purpose", "any", "-binary", data=file)
    assert verified == content
    return file, csca

"""Makes the vectors of the data groups: DG2 to DG5, DG7, DG11, DG12, DG16 and DG13 of no known country.

It shares nothing with the library: the bytes are put together here from the tables of 9303-10, of the records of ISO/IEC
19794 and 39794, and of the image headers, the values beside them are written by hand. All persons are invented.
Run it in the project's folder: python3 tests/recipes/data_groups.py
"""
import pathlib

FOLDER = pathlib.Path("test-vectors/data-groups")


def tlv(tag, *parts):
    value = b"".join(part if isinstance(part, bytes) else bytes.fromhex(part) for part in parts)
    length = len(value)
    if length < 0x80:
        head = bytes([length])
    elif length < 0x100:
        head = bytes([0x81, length])
    else:
        head = bytes([0x82]) + length.to_bytes(2, "big")
    return bytes.fromhex(tag) + head + value


def text(tag, words):
    return tlv(tag, words.encode())


def vector(name, remark, kind, source, file, expect="accepted", **fields):
    lines = [f"# {remark}", f"kind: {kind}", f"source: {source}", "recipe: tests/recipes/data_groups.py", f"expect: {expect}"]
    lines += [f"file: {file.hex()}"] + [f"{key}: {value}" for key, value in fields.items()]
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n")


# Images by their headers alone: a short walk finds width and height.
JPEG = bytes.fromhex("FFD8FFE000044A46FFC0000B080050003C01011100FFD9")  # 60 x 80
CODESTREAM = bytes.fromhex("FF4FFF51002900000000003C000000500000000000000000")  # 60 x 80
JP2 = bytes.fromhex(
    "0000000C6A5020200D0A870A"  # signature
    "00000014667479706A703220000000006A703220"  # file type
    "0000001E6A7032680000001669686472000000500000003C000307070000"  # header: 60 x 80
)
WSQ = bytes.fromhex("FFA0FFA2000F00FF0050003C00000000000000FFA1")  # 60 x 80
PNG = bytes.fromhex("89504E470D0A1A0A0000000D494844520000003C000000500802")  # 60 x 80
PGM = b"P5\n60 80\n255\n\x01\x02\x03"


def details():
    dates = {"ascii": b"19900131", "bcd": "19900131"}
    full = [
        tlv("5C", "5F0E 5F0F 5F10 5F2B 5F11 5F42 5F12 5F13 5F14 5F15 5F16 5F17 5F18"),
        text("5F0E", "NGUYỄN<<THỊ<MẪU"),
        tlv("A0", "020102", text("5F0F", "MAU<<A"), text("5F0F", "MAU<<B")),
        text("5F10", "000000042"),
        tlv("5F2B", dates["ascii"]),
        text("5F11", "SPECIMEN TOWN<UTOPIA"),
        text("5F42", "1 SAMPLE ST<SPECIMEN TOWN<UTOPIA"),
        text("5F12", "+0000000000"),
        text("5F13", "SAMPLE MAKER"),
        text("5F14", "DR"),
        text("5F15", "invented"),
        tlv("5F16", JPEG),
        text("5F17", "X0000001<X0000002"),
        text("5F18", "none"),
    ]
    values = dict(
        full_name="NGUYỄN<<THỊ<MẪU", primary="NGUYỄN", secondary="THỊ MẪU", other_names="MAU<<A|MAU<<B",
        personal_number="000000042", full_date_of_birth="1990-01-31", place_of_birth="SPECIMEN TOWN|UTOPIA",
        permanent_address="1 SAMPLE ST|SPECIMEN TOWN|UTOPIA", telephone="+0000000000", profession="SAMPLE MAKER",
        title="DR", personal_summary="invented", proof_of_citizenship="jpg 60x80",
        other_valid_td_numbers="X0000001|X0000002", custody_information="none",
    )
    table = "9303-10 §4.7.11 Table 71; a person invented"
    vector("dg11-all-fields", "Every field of DG11.", "dg11", table, tlv("6B", *full), **values, findings="")
    vector("dg11-of-another-tag", "Every field of DG11, in the tag of DG12.", "dg11", table, tlv("6C", *full), "refused")
    vector("dg11-too-short", "A length beyond the file.", "dg11", table, tlv("6B", *full)[:-1], "refused")

    name = text("5F0E", "MAU<<A")
    own = dict(full_name="MAU<<A", primary="MAU", secondary="A")
    listed = lambda tags, *parts: tlv("6B", tlv("5C", tags), *parts)
    vector("dg11-bcd-date", "A date of birth of four octets of BCD.", "dg11", table,
           listed("5F2B", tlv("5F2B", dates["bcd"])), full_date_of_birth="1990-01-31", findings="details_date_bcd")
    vector("dg11-partial-date", "A date of birth without month and day, as zeros.", "dg11", table,
           listed("5F2B", tlv("5F2B", b"19900000")), full_date_of_birth="1990-XX-XX", findings="details_date_partial")
    vector("dg11-no-date", "A date of birth that no calendar has loses only itself.", "dg11", table,
           listed("5F2B5F0E", tlv("5F2B", b"19900231"), name), **own, findings="details_date")
    vector("dg11-loose-names", "Other names outside of their template.", "dg11", table,
           listed("5F0E5F0F", name, text("5F0F", "MAU<<B"), text("5F0F", "MAU<<C")), **own,
           other_names="MAU<<B|MAU<<C", findings="details_names_loose")
    vector("dg11-names-without-count", "Other names without their number.", "dg11", table,
           listed("A0", tlv("A0", text("5F0F", "MAU<<B"))), other_names="MAU<<B", findings="count_missing")
    vector("dg11-names-of-another-count", "Fewer other names than are counted.", "dg11", table,
           listed("A0", tlv("A0", "0201FF", text("5F0F", "MAU<<B"))), other_names="MAU<<B", findings="count_wrong")
    vector("dg11-no-other-names", "A template of other names with none in it.", "dg11", table,
           listed("5F0EA0", name, tlv("A0", "020100")), **own, findings="")
    vector("dg11-empty-texts", "Fields without content are there, and empty.", "dg11", table,
           listed("5F0E5F13", name, tlv("5F13")), **own, profession="", findings="details_empty")
    vector("dg11-not-utf-8", "A text that is not UTF-8 loses only itself.", "dg11", table,
           listed("5F135F0E", tlv("5F13", "41FF42"), name), **own, profession="A\ufffdB", findings="details_text")
    vector("dg11-control-character", "A line break in a text.", "dg11", table,
           listed("5F14", text("5F14", "D\x07R")), title="D\x07R", findings="details_character")
    vector("dg11-field-twice", "Of a field that stands twice the first counts.", "dg11", table,
           listed("5F14", text("5F14", "DR"), text("5F14", "MR")), title="DR", findings="details_duplicate")
    vector("dg11-no-list", "No tag list.", "dg11", table, tlv("6B", name), **own, findings="details_list_missing")
    vector("dg11-list-cut", "A tag list that ends within a tag.", "dg11", table, listed("5F0E5F", name), **own,
           findings="details_list_missing details_list_malformed")
    vector("dg11-listed-absent", "A field of the list that is not there, another that is not in the list.", "dg11", table,
           listed("5F10", name), **own, findings="details_listed_absent details_unlisted")
    vector("dg11-unknown-field", "A field that the standard does not have.", "dg11", table,
           listed("5F0E5F70", name, tlv("5F70", "00")), **own, others="5F70", findings="unknown_object")
    vector("dg11-length-of-a-field", "A field that states more than there is: what stands before it is given.", "dg11", table,
           tlv("6B", tlv("5C", "5F0E5F13"), name, bytes.fromhex("5F1309414243")), **own,
           findings="details_listed_absent object_malformed")
    vector("dg11-names-cut", "Other names that are cut off lose only themselves.", "dg11", table,
           listed("A05F0E", tlv("A0", "020102", text("5F0F", "MAU<<B"), bytes.fromhex("5F0F09414243")), name), **own,
           other_names="MAU<<B", findings="count_wrong object_malformed")
    vector("dg11-long-lengths", "Lengths that are not in their shortest form.", "dg11", table,
           tlv("6B", "5C81025F14", bytes.fromhex("5F14820002") + b"DR"), title="DR", findings="lax_length lax_length")
    vector("dg11-image-unknown", "A proof of citizenship that is no image.", "dg11", table,
           listed("5F16", tlv("5F16", "00")), proof_of_citizenship="bin", findings="image_unknown")

    table = "9303-10 §4.7.12 Table 73; invented"
    full = [
        tlv("5C", "5F19 5F26 5F1A 5F1B 5F1C 5F1D 5F1E 5F55 5F56"),
        text("5F19", "OFFICE OF SAMPLES"), tlv("5F26", b"20240131"),
        tlv("A0", "020101", text("5F1A", "MAU<<A")), text("5F1B", "none seen"), text("5F1C", "none due"),
        tlv("5F1D", JP2), tlv("5F1E", CODESTREAM), tlv("5F55", b"20240131123059"), text("5F56", "SN-1"),
    ]
    values = dict(
        issuing_authority="OFFICE OF SAMPLES", date_of_issue="2024-01-31", other_persons="MAU<<A", endorsements="none seen",
        tax_exit_requirements="none due", image_of_front="jp2 60x80", image_of_rear="j2c 60x80",
        personalization_time="2024-01-31 12:30:59", personalization_serial_number="SN-1",
    )
    vector("dg12-all-fields", "Every field of DG12.", "dg12", table, tlv("6C", *full), **values, findings="")
    vector("dg12-of-another-tag", "Every field of DG12, in the tag of DG11.", "dg12", table, tlv("6B", *full), "refused")
    bcd = [tlv("5F26", "20240131"), tlv("5F55", "20240131123059")]
    vector("dg12-bcd-dates", "Dates of four and of seven octets of BCD.", "dg12", table,
           tlv("6C", tlv("5C", "5F265F55"), *bcd), date_of_issue="2024-01-31",
           personalization_time="2024-01-31 12:30:59", findings="details_date_bcd details_date_bcd")
    vector("dg12-time-of-no-clock", "A time that no clock has loses only itself.", "dg12", table,
           tlv("6C", tlv("5C", "5F555F56"), tlv("5F55", b"20240131256059"), text("5F56", "SN-1")),
           personalization_serial_number="SN-1", findings="details_date")
    vector("dg12-date-alone", "A moment of personalization that is a date alone.", "dg12", table,
           tlv("6C", tlv("5C", "5F55"), tlv("5F55", b"20240131")), personalization_time="2024-01-31 XX:XX:XX",
           findings="details_date_partial")
    vector("dg12-png", "An image of a format that the standard does not have here.", "dg12", table,
           tlv("6C", tlv("5C", "5F1D"), tlv("5F1D", PNG)), image_of_front="png 60x80", findings="image_mislabelled")
    vector("dg12-loose-persons", "Other persons outside of their template, an empty image.", "dg12", table,
           tlv("6C", tlv("5C", "5F1A5F1D"), text("5F1A", "MAU<<A"), tlv("5F1D")), other_persons="MAU<<A",
           findings="details_names_loose image_missing")

    table = "9303-10 §4.7.16 Table 80; persons invented"
    person = lambda tag, *parts: tlv(tag, *parts)
    fields = [tlv("5F50", b"20240131"), text("5F51", "MAU<<A"), text("5F52", "+0000000000"), text("5F53", "1 SAMPLE ST<UTOPIA")]
    one = "2024-01-31; MAU<<A; +0000000000; 1 SAMPLE ST<UTOPIA"
    vector("dg16-two-persons", "Two persons to notify.", "dg16", table,
           tlv("70", "020102", person("A1", *fields), person("A2", fields[1])), person_1=one,
           person_2="-; MAU<<A; -; -", findings="")
    vector("dg16-of-another-tag", "One person, in another tag.", "dg16", table,
           tlv("71", "020101", person("A1", *fields)), "refused")
    vector("dg16-one-malformed", "A person who is malformed loses only what follows the defect.", "dg16", table,
           tlv("70", "020102", person("A1", fields[1], bytes.fromhex("5F52094142")), person("A2", *fields)),
           person_1="-; MAU<<A; -; -", person_2=one, findings="object_malformed")
    vector("dg16-count-and-order", "No number of persons, the same tag twice, something else between.", "dg16", table,
           tlv("70", person("A1", fields[1]), tlv("5F70", "00"), person("A1", fields[1])),
           person_1="-; MAU<<A; -; -", person_2="-; MAU<<A; -; -", findings="count_missing unknown_object wrong_order")
    vector("dg16-bcd", "A date in BCD, a wrong number of persons.", "dg16", table,
           tlv("70", "020109", person("A1", tlv("5F50", "20240131"))), person_1="2024-01-31; -; -; -",
           findings="count_wrong details_date_bcd")


def displayed():
    table = "9303-10 §4.7.5 Table 58, §4.7.7 Table 62; made by hand"
    vector("dg5-portrait", "A displayed portrait.", "images", table, tlv("65", "020101", tlv("5F40", JPEG)),
           group=5, instances=1, image_1="jpg 60x80", findings="")
    vector("dg5-of-another-tag", "A displayed portrait in the tag of DG7.", "images", table,
           tlv("67", "020101", tlv("5F40", JPEG)), "refused", group=5)
    vector("dg5-without-count", "No number of instances, a data object of DG7, an empty image.", "images", table,
           tlv("65", tlv("5F40", JPEG), tlv("5F43", JPEG), tlv("5F40")), group=5, image_1="jpg 60x80",
           findings="count_missing unknown_object image_missing")
    vector("dg7-two-signatures", "Two signatures, JPEG 2000 in both its forms.", "images", table,
           tlv("67", "020102", tlv("5F43", JP2), tlv("5F43", CODESTREAM)), group=7, instances=2, image_1="jp2 60x80",
           image_2="j2c 60x80", findings="")
    vector("dg7-cut", "A second signature that is cut off loses only itself.", "images", table,
           tlv("67", "020102", tlv("5F43", JP2), tlv("5F43", CODESTREAM)[:-1]), group=7, instances=2, image_1="jp2 60x80",
           findings="count_wrong object_malformed")
    vector("dg7-none", "No signature at all.", "images", table, tlv("67", "020100"), group=7, instances=0,
           findings="image_missing")
    vector("dg7-ten", "More signatures than the standard has: nine are read.", "images", table,
           tlv("67", "02010A", *[tlv("5F43", CODESTREAM)] * 10), group=7, instances=10,
           **{f"image_{n}": "j2c 60x80" for n in range(1, 10)}, findings="objects_too_many")


def octets(number, length):
    return number.to_bytes(length, "big")


def finger(image, coding, position=2, views=1, short=0, tail=b"", count=1, depth=8, width=60, height=80):
    def view(number):
        head = octets(14 + len(image) - short, 4) + bytes([position, views, number, 90, 0])
        return head + octets(width, 2) + octets(height, 2) + b"\0" + image
    body = b"".join(view(number) for number in range(1, views + 1))
    head = b"FIR\x00010\x00" + octets(32 + len(body) - short, 6) + octets(7, 2) + octets(31, 2) + bytes([count, 1])
    return head + octets(500, 2) * 4 + bytes([depth, coding]) + b"\0\0" + body + tail


def iris(image, coding, eye=1, images=1, short=0, tail=b"", more=b"", width=60, height=80):
    one = lambda number: octets(number, 2) + bytes([80]) + b"\xFF" * 4 + octets(len(image) - short, 4) + image
    body = bytes([eye]) + octets(images, 2) + b"".join(one(number) for number in range(1, images + 1))
    head = octets(7, 2) + b"\x01" + octets(45 + len(more), 2) + octets(0, 2) + octets(40, 2) + octets(coding, 2)
    head += octets(width, 2) + octets(height, 2) + b"\x08\x01" + bytes(16) + more
    return b"IIR\x00010\x00" + octets(12 + len(head) + len(body) - short, 4) + head + body + tail


def header(kind, subtype, form):
    parts = [tlv("81", bytes([kind]))] + ([tlv("82", bytes([subtype]))] if subtype is not None else [])
    return tlv("A1", *parts, tlv("87", "0101"), tlv("88", octets(form, 2)))


def group(tag, count, *templates, more=b""):
    return tlv(tag, tlv("7F61", tlv("02", octets(count, 1)), *templates), more)


def template(kind, subtype, form, record, tag="5F2E"):
    return tlv("7F60", header(kind, subtype, form), tlv(tag, record))


def fingers():
    table = "9303-10 §4.7.3 Table 47, ISO/IEC 19794-4:2005 §7; made by hand"
    one = lambda record, subtype=0x09, **more: group("63", 1, template(8, subtype, 7, record), **more)
    put = lambda name, remark, file, expect="accepted", **fields: vector(
        f"dg3-{name}", remark, "images", table, file, expect, group=3, **fields)
    for coding, image, shown in [(2, WSQ, "wsq"), (3, JPEG, "jpg"), (4, JP2, "jp2"), (4, CODESTREAM, "j2c"), (5, PNG, "png")]:
        put(shown, "A right index finger.", one(finger(image, coding)), instances=1,
            image_1=f"{shown} 60x80 of 60x80, right index finger", findings="")
    pixels = bytes(range(12))
    put("raw", "Pixels without compression, two fingers (LDS_D_16).", group(
        "63", 2, template(8, 0x09, 7, finger(pixels, 0, width=4, height=3)),
        template(8, 0x0A, 7, finger(pixels, 0, position=7, width=4, height=3))), instances=2,
        image_1="raw of 4x3, right index finger", image_2="raw of 4x3, left index finger", findings="")
    put("raw-packed", "Pixels of one bit, packed.", one(finger(b"\xAA\xAA", 1, width=4, height=4, depth=1)), instances=1,
        image_1="raw of 4x4, right index finger", findings="")
    put("raw-too-few", "Fewer pixels than width and height ask for.", one(finger(pixels, 0, width=5, height=3)), instances=1,
        image_1="raw of 5x3, right index finger", findings="record_image_length")
    put("two-views", "Two views of one finger in one record.", one(finger(WSQ, 2, views=2)), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", image_2="wsq 60x80 of 60x80, right index finger", findings="")
    put("short-by-1", "Lengths short by 1: the image is whole.", one(finger(WSQ, 2, short=1)), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="record_length record_image_length")
    put("short-by-8", "Lengths short by 8: the image is whole.", one(finger(WSQ, 2, short=8)), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="record_length record_image_length")
    put("zeros-after", "Zeros after the image.", one(finger(WSQ, 2, tail=bytes(5))), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="record_zeros_after_image")
    put("mislabelled", "A JPEG that is called WSQ.", one(finger(JPEG, 2)), instances=1,
        image_1="jpg 60x80 of 60x80, right index finger", findings="image_mislabelled")
    put("coding-unknown", "A compression that the record does not have.", one(finger(WSQ, 9)), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="record_image_coding")
    put("subtype-differs", "A subtype other than the record says.", one(finger(WSQ, 2, position=1)), instances=1,
        image_1="wsq 60x80 of 60x80, right thumb", findings="biometric_subtype_differs")
    put("none", "No finger could be taken: a number of instances of 0, and chance beside it.",
        group("63", 0, more=tlv("53", "0123456789ABCDEF")), instances=0, findings="")
    put("none-but-counted", "An instance is counted and none is there.", group("63", 1), instances=1,
        findings="image_missing count_wrong")
    put("first-malformed", "A first template that is cut off loses only itself.", group(
        "63", 2, tlv("7F60", header(8, 0x09, 7), bytes.fromhex("5F2E7F46")), template(8, 0x0A, 7, finger(WSQ, 2, position=7))),
        instances=2, image_1="wsq 60x80 of 60x80, left index finger", findings="image_missing object_malformed")
    put("cut-in-header", "A record that ends within the header of its image.", one(finger(WSQ, 2)[:40]), instances=1,
        findings="image_missing record_length record_truncated")
    put("255-fingers", "A record that counts 255 fingers and has one.", one(finger(WSQ, 2, count=255)), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="record_truncated")
    record = finger(WSQ, 2)
    put("identifier", "Another format identifier (LDS_D_14).", one(b"FAC\0" + record[4:]), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="record_identifier")
    put("version", "An unknown version of the record.", one(record[:4] + b"030\0" + record[8:]), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="record_version")
    put("in-7f2e", "A record of ISO/IEC 19794 in the tag of the other standard.",
        group("63", 1, template(8, 0x09, 7, record, "7F2E")), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="")
    put("5f2e-in-7f2e", "A record of ISO/IEC 19794 in both tags.",
        group("63", 1, template(8, 0x09, 7, tlv("5F2E", record), "7F2E")), instances=1,
        image_1="wsq 60x80 of 60x80, right index finger", findings="")
    whole = one(record)
    put("of-another-tag", "Tag 64 (LDS_D_04).", b"\x64" + whole[1:], "refused")
    put("length-too-small", "A length that is too small (LDS_D_05).", whole[:1] + bytes([whole[1], whole[2] - 1]) + whole[3:], "refused")
    put("length-too-big", "A length that is too big (LDS_D_06).", whole[:1] + bytes([whole[1], whole[2] + 1]) + whole[3:], "refused")
    shown = "wsq 60x80 of 60x80, right index finger"
    bare = lambda *parts: group("63", 1, tlv("7F60", tlv("A1", *parts), tlv("5F2E", record)))
    t, s, o, f = "810108", "820109", "87020101", "88020007"
    put("no-count", "No number of instances (LDS_D_07).", tlv("63", tlv("7F61", template(8, 9, 7, record))), image_1=shown,
        findings="count_missing")
    for name, parts, code in [
        ("owner", (t, s, "87020102", f), "biometric_format_owner"), ("no-owner", (t, s, f), "biometric_format_owner_missing"),
        ("type", (t, s, o, "88020009"), "biometric_format_type"), ("no-type", (t, s, o), "biometric_format_type_missing"),
        ("subtype", (t, "820103", o, f), "biometric_subtype"), ("no-subtype", (t, o, f), "biometric_subtype_missing"),
        ("biometric-type", ("810102", s, o, f), "biometric_type"), ("no-biometric-type", (s, o, f), ""),
        ("header-field", (t, s, "83022024", o, f), "biometric_header_field"),
        ("header-unknown", (t, s, o, f, "8F0100"), "unknown_object"),
        ("header-whole", ("80020101", t, s, "830720240131123059", "85082024013120340130", "860400010002", o, f), ""),
    ]:
        put(f"header-{name}".replace("header-header", "header"), "The biometric header template (LDS_D_08 to LDS_D_13).", bare(*parts), instances=1, image_1=shown, findings=code)
    put("no-header", "No biometric header template.", group("63", 1, tlv("7F60", tlv("5F2E", record))), instances=1,
        image_1=shown, findings="biometric_header_missing")
    put("second-without-image", "No data block in the second template (LDS_D_15).",
        group("63", 2, template(8, 9, 7, record), tlv("7F60", header(8, 10, 7))), instances=2, image_1=shown,
        findings="image_missing")

    table = "9303-10 §4.5.6 Tables 2 and 3, ISO/IEC 39794-4:2019; made by hand"
    code = lambda tag, number: tlv(tag, tlv("80", octets(number, 1)))
    version = tlv("A0", "800103", "810207E3")
    block = lambda coding, image, position=2: tlv("30", code("A0", position), code("A1", 0), code("A2", coding), tlv("83", image),
                                                  tlv("A4", "800207E8", "810101", "82011F"))
    data = lambda *blocks: tlv("A1", tlv("64", version, tlv("A1", *blocks)))
    new = lambda record, tag="7F2E": group("63", 1, template(8, 0x09, 0x28, record, tag))
    for name, coding, image, shown in [("wsq", 1, WSQ, "wsq"), ("pgm", 0, PGM, "pnm"), ("jp2", 3, JP2, "jp2"), ("png", 4, PNG, "png")]:
        put(f"39794-{name}", "A right index finger.", new(data(block(coding, image))), instances=1,
            image_1=f"{shown} 60x80, right index finger", findings="")
    put("39794-in-5f2e", "In the tag of the other standard, and without A1.",
        new(tlv("64", version, tlv("A1", block(1, WSQ))), "5F2E"), instances=1, image_1="wsq 60x80, right index finger", findings="")
    extended = tlv("30", tlv("A0", tlv("A1", tlv("80", "02"))), code("A1", 0), code("A2", 1), tlv("83", WSQ))
    put("39794-extended-code", "A code from an extension, with what is to be taken for it.", new(data(extended)), instances=1,
        image_1="wsq 60x80, right index finger", findings="")
    put("39794-no-image", "A first representation without an image, a second with one.",
        new(data(tlv("30", code("A0", 2)), block(1, WSQ))), instances=1, image_1="wsq 60x80, right index finger",
        findings="image_missing")
    put("39794-no-version", "No version block.", new(tlv("A1", tlv("64", tlv("A1", block(1, WSQ))))), instances=1,
        image_1="wsq 60x80, right index finger", findings="record_version")
    put("39794-cut", "A second representation that is cut off.", new(data(block(1, WSQ), bytes.fromhex("30098001"))), instances=1,
        image_1="wsq 60x80, right index finger", findings="object_malformed")


def irises():
    table = "9303-10 §4.7.4 Table 54, ISO/IEC 19794-6:2005 §6; made by hand"
    one = lambda record, subtype=1: group("76", 1, template(0x10, subtype, 9, record))
    put = lambda name, remark, file, expect="accepted", **fields: vector(
        f"dg4-{name}", remark, "images", table, file, expect, group=4, **fields)
    for coding, image, shown in [(14, JP2, "jp2"), (16, CODESTREAM, "j2c"), (6, JPEG, "jpg")]:
        put(shown, "A right eye.", one(iris(image, coding)), instances=1, image_1=f"{shown} 60x80 of 60x80, right eye", findings="")
    pixels = bytes(range(12))
    put("raw", "Pixels without compression, two eyes (LDS_E_02).", group(
        "76", 2, template(0x10, 1, 9, iris(pixels, 2, width=4, height=3)), template(0x10, 2, 9, iris(pixels, 2, eye=2, width=4, height=3))),
        instances=2, image_1="raw of 4x3, right eye", image_2="raw of 4x3, left eye", findings="")
    put("two-images", "Two images of one eye.", one(iris(JP2, 14, images=2)), instances=1,
        image_1="jp2 60x80 of 60x80, right eye", image_2="jp2 60x80 of 60x80, right eye", findings="")
    put("short-by-8", "Lengths short by 8: the image is whole.", one(iris(JPEG, 6, short=8)), instances=1,
        image_1="jpg 60x80 of 60x80, right eye", findings="record_length record_image_length")
    put("zeros-after", "Zeros after the image.", one(iris(JPEG, 6, tail=bytes(5))), instances=1,
        image_1="jpg 60x80 of 60x80, right eye", findings="record_zeros_after_image")
    put("longer-header", "A longer record header.", one(iris(JPEG, 6, more=b"\1\2\3")), instances=1,
        image_1="jpg 60x80 of 60x80, right eye", findings="")
    put("eye-differs", "The record says left, the subtype right.", one(iris(JPEG, 6, eye=2)), instances=1,
        image_1="jpg 60x80 of 60x80, left eye", findings="biometric_subtype_differs")
    put("65535-images", "A record that counts 65535 images and has one.",
        one(iris(JPEG, 6).replace(b"\x01\x00\x01\x00\x01\x50", b"\x01\xFF\xFF\x00\x01\x50")), instances=1,
        image_1="jpg 60x80 of 60x80, right eye", findings="record_truncated")
    record = iris(JPEG, 6)
    put("identifier", "Another format identifier (LDS_E_13).", one(b"FIR\0" + record[4:]), instances=1,
        image_1="jpg 60x80 of 60x80, right eye", findings="record_identifier")
    put("coding-unknown", "An image format that the record does not have.", one(iris(JPEG, 3)), instances=1,
        image_1="jpg 60x80 of 60x80, right eye", findings="record_image_coding")
    put("none", "No iris could be taken.", group("76", 0, more=tlv("53", "0123456789ABCDEF")), instances=0, findings="")
    put("subtype", "A subtype that the standard does not have (LDS_E_11).", one(record, 3), instances=1,
        image_1="jpg 60x80 of 60x80, right eye", findings="biometric_subtype")
    put("no-subtype", "No subtype (LDS_E_12).", one(record, None), instances=1, image_1="jpg 60x80 of 60x80, right eye",
        findings="biometric_subtype_missing")
    put("no-count", "No number of instances (LDS_E_06).", tlv("76", tlv("7F61", template(0x10, 1, 9, record))),
        image_1="jpg 60x80 of 60x80, right eye", findings="count_missing")
    put("second-without-image", "No data block in the second template (LDS_E_14).",
        group("76", 2, template(0x10, 1, 9, record), tlv("7F60", header(0x10, 2, 9))), instances=2,
        image_1="jpg 60x80 of 60x80, right eye", findings="image_missing")
    bare = lambda *parts: group("76", 1, tlv("7F60", tlv("A1", *parts), tlv("5F2E", record)))
    t, s, o, f = "810110", "820101", "87020101", "88020009"
    for name, parts, code in [
        ("owner", (t, s, "87020102", f), "biometric_format_owner"), ("no-owner", (t, s, f), "biometric_format_owner_missing"),
        ("type", (t, s, o, "88020007"), "biometric_format_type"), ("no-type", (t, s, o), "biometric_format_type_missing"),
    ]:
        put(f"header-{name}", "The biometric header template (LDS_E_07 to LDS_E_10).", bare(*parts), instances=1,
            image_1="jpg 60x80 of 60x80, right eye", findings=code)
    whole = one(record)
    put("of-another-tag", "Tag 77 (LDS_E_03).", b"\x77" + whole[1:], "refused")
    put("length-too-small", "A length that is too small (LDS_E_04).", whole[:1] + bytes([whole[1], whole[2] - 1]) + whole[3:], "refused")
    put("length-too-big", "A length that is too big (LDS_E_05).", whole[:1] + bytes([whole[1], whole[2] + 1]) + whole[3:], "refused")

    table = "9303-10 §4.5.6 Tables 2 and 3, ISO/IEC 39794-6:2021; made by hand"
    code = lambda tag, number: tlv(tag, tlv("80", octets(number, 1)))
    block = lambda eye, coding, image: tlv(
        "30", tlv("80", octets(eye, 1)), code("A1", 3), "820108", code("A3", coding), "840101", "850101", "860100",
        tlv("A7", "80020100"), tlv("A8", "800207E8"), tlv("89", image))
    data = lambda *blocks: tlv("A1", tlv("66", tlv("A0", "800103", "810207E5"), tlv("A1", *blocks)))
    new = lambda record: group("76", 1, template(0x10, 2, 0x2C, record, "7F2E"))
    put("39794", "A left eye.", new(data(block(2, 3, JP2))), instances=1, image_1="jp2 60x80, left eye", findings="")
    put("39794-pgm", "A left eye without compression.", new(data(block(2, 0, PGM))), instances=1,
        image_1="pnm 60x80, left eye", findings="")
    put("39794-mislabelled", "A PNG that is called JPEG 2000.", new(data(block(2, 4, PNG))), instances=1,
        image_1="png 60x80, left eye", findings="image_mislabelled")
    put("39794-empty", "An image without content.", new(data(block(2, 3, b""))), instances=1,
        findings="image_missing image_missing")
    put("39794-of-fingers", "The data block of another data group.",
        new(tlv("A1", tlv("64", tlv("A0", "800103")))), instances=1, findings="image_missing record_identifier record_truncated record_version")


def faces():
    table = "9303-10 §4.7.2 Table 44, ISO/IEC 39794-5:2019; made by hand"
    code = lambda tag, number: tlv(tag, tlv("80", octets(number, 1)))
    put = lambda name, remark, file, expect="accepted", **fields: vector(
        f"dg2-{name}", remark, "images", table, file, expect, group=2, **fields)
    size = tlv("A7", "80013C", "810150")
    image = lambda picture, coding, *more: tlv("A1", tlv("A0", tlv("A0", tlv("80", picture), tlv("A1", code("A0", coding), *more))))
    data = lambda *blocks: tlv("A1", tlv("65", tlv("A0", "800103", "810207E3"), tlv("A1", *blocks)))
    new = lambda record, tag="7F2E": group("75", 1, template(2, None, 0x2A, record, tag))
    put("39794", "A face with its size.", new(data(tlv("30", "800100", image(JP2, 3, size)))), image_1="jp2 60x80 of 60x80", findings="")
    put("39794-codestream", "A raw codestream.", new(data(tlv("30", "800100", image(CODESTREAM, 4)))), image_1="j2c 60x80", findings="")
    put("39794-mislabelled", "A JPEG that is called JPEG 2000.", new(data(tlv("30", "800100", image(JPEG, 3)))), image_1="jpg 60x80",
        findings="face_image_mislabelled")
    put("39794-in-5f2e", "In the tag of the other standard.", new(data(tlv("30", "800100", image(JPEG, 2))), "5F2E"),
        image_1="jpg 60x80", findings="")
    put("39794-shape", "A shape in three dimensions, which is no image.",
        new(data(tlv("30", "800100", tlv("A1", tlv("A0", tlv("A1", "800100")))))), findings="face_no_image face_no_image")
    put("39794-cut", "A second representation that is cut off.",
        new(data(tlv("30", "800100", image(JPEG, 2)), bytes.fromhex("30098001"))), image_1="jpg 60x80", findings="object_malformed")
    put("39794-of-another-tag", "In the tag of DG3.", b"\x63" + new(data(tlv("30", image(JPEG, 2))))[1:], "refused")
    put("second-template-cut", "A second template that is cut off loses only itself.", group(
        "75", 2, template(2, None, 0x2A, data(tlv("30", "800100", image(JPEG, 2))), "7F2E"), bytes.fromhex("7F6009A100")),
        image_1="jpg 60x80", findings="face_count_wrong object_malformed")


def national():
    table = "9303-10 §4.7.13 Table 75; made by hand"
    put = lambda name, remark, file, **fields: vector(f"dg13-{name}", remark, "optional-details", table, file, **fields)
    put("no-tlv", "Content that is no TLV.", tlv("6D", "5FB010", b"not TLV inside!!"), issuing_state="SGP", form="opaque", objects="none")
    put("tlv", "A row of data objects of unknown meaning.", tlv("6D", "020101", tlv("5F70", "00"), tlv("A0", "0500")),
        issuing_state="UTO", form="opaque", objects="02 5F70 A0")
    put("no-data-group", "Not even the tag of DG13.", b"anything", form="bytes")
    put("empty", "Nothing in it.", tlv("6D"), form="opaque", objects="")
    vietnamese = tlv("6D", tlv("30", "020101", "060628D316010008", tlv("31", tlv("30", "020104", text("0C", "Nam")))))
    put("vietnam-by-state", "Vietnam's, by the issuing State.", vietnamese, issuing_state="VNM", form="Vietnam")
    put("vietnam-by-form", "Vietnam's, by its object identifier.", vietnamese, form="Vietnam")
    put("vietnam-of-another-state", "The form of Vietnam's in the document of another State.", vietnamese, issuing_state="UTO",
        form="opaque", objects="30")
    put("no-identifier", "Neither a State nor an object identifier.",
        tlv("6D", tlv("30", "020101", tlv("31"))), form="opaque", objects="30")


FOLDER.mkdir(exist_ok=True)
for old in FOLDER.glob("*.txt"):
    old.unlink()
for make in (details, displayed, fingers, irises, faces, national):
    make()
print(len(list(FOLDER.glob("*.txt"))), "vectors")

#!/usr/bin/env python3
"""SELECT of the eMRTD application as the first command under new AES-128 keys (SSC = 0 before it), and its answer, every
cryptographic step with the openssl command line. Usage: protected_select.py KS_ENC KS_MAC
"""
import subprocess
import sys

KS_ENC, KS_MAC = sys.argv[1:3]


def openssl(*arguments, data):
    return subprocess.run(["openssl", *arguments], input=bytes.fromhex(data), capture_output=True, check=True).stdout


def cbc(iv, message):
    return openssl("enc", "-aes-128-cbc", "-e", "-K", KS_ENC, "-iv", iv, "-nopad", data=message).hex().upper()


def mac(message):
    return openssl("mac", "-cipher", "AES-128-CBC", "-macopt", f"hexkey:{KS_MAC}", "CMAC", data=message).decode().strip()[:16].upper()


def pad(message):
    return message + "80" + "00" * (-(len(message) // 2 + 1) % 16)


ssc = [f"{n:032X}" for n in range(3)]
do87 = "871101" + cbc(cbc("00" * 16, ssc[1]), pad("A0000002471001"))
body = do87 + "8E08" + mac(pad(ssc[1] + pad("0CA4040C") + do87))
print(f"command: 0CA4040C{len(body) // 2:02X}{body}00")
print("response: 990290008E08" + mac(pad(ssc[2] + "99029000")) + "9000")

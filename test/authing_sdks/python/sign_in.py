"""Signs in with Authing's SDK for Python, goes on with the tokens, and prints what it received as JSON."""

import json
import os
import time

from authing import AuthenticationClient

secret = os.environ["QRLOGIN_APP_SECRET"]
client = AuthenticationClient(
    app_id=os.environ["QRLOGIN_APP_ID"], app_secret=secret, app_host=os.environ["QRLOGIN_GATEWAY"]
)
qrcode_id = client.gene_qr_code(type="MOBILE_APP")["data"]["qrcodeId"]
print("CODE", qrcode_id, flush=True)
deadline = time.monotonic() + 60
while (data := client.check_qr_code_status(qrcode_id)["data"])["status"] != "AUTHORIZED":
    if data["status"] in ("CANCELLED", "EXPIRED") or time.monotonic() > deadline:
        raise SystemExit(f"not approved: {data['status']}")
    # The SDK has no stream.
    time.sleep(0.1)
tokens = client.exchange_token_set_with_qr_code_ticket(data["ticket"], client.app_id, secret)["data"]
access_token, id_token = tokens["access_token"], tokens["id_token"]
client.set_access_token(access_token)
results = {
    "profile": client.get_profile()["data"],
    "userInfo": client.get_user_info_by_access_token(access_token),
    "introspection": client.introspect_token(access_token),
    "introspectionOfIdToken": client.introspect_token(id_token),
    "accessToken": client.introspect_token_offline(access_token),
    "idToken": client.introspect_token_offline(id_token),
    "unknownCall": client.get_role_list()["apiCode"],
}
print("RESULTS", json.dumps(results))

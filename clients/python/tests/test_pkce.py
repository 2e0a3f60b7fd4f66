import re

import pytest

from qrlogin import code_challenge_of, create_code_verifier


def test_the_challenge_of_a_verifier_is_that_of_rfc_7636() -> None:
    # Appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_new_verifier_is_one_that_rfc_7636_allows_and_differs_each_time() -> None:
    verifiers = {create_code_verifier() for _ in range(100)}
    assert len(verifiers) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", verifier) for verifier in verifiers)


@pytest.mark.parametrize("verifier", ["", "a" * 42, "a" * 129, "a" * 42 + "+", "a" * 42 + "ä", "a" * 43 + "\n"])
def test_a_verifier_that_rfc_7636_does_not_allow_is_rejected_without_being_quoted(verifier: str) -> None:
    with pytest.raises(ValueError, match="43 to 128") as caught:
        code_challenge_of(verifier)
    assert not verifier or verifier not in str(caught.value)

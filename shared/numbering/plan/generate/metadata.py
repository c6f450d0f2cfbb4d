"""Writes the numbering plans of the installed phonenumbers, libphonenumber's port to Python, as JSON
with libphonenumber's own names (phonemetadata.proto)."""

import json
import sys

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

KINDS = (
    "general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
)


def described(desc):
    if desc is None or desc.national_number_pattern is None:
        return None
    return {"national_number_pattern": desc.national_number_pattern, "possible_length": list(desc.possible_length)}


def plan(metadata):
    kinds = {name: described(getattr(metadata, name)) for name in KINDS}
    return kinds | {
        "id": metadata.id,
        "country_code": metadata.country_code,
        "same_mobile_and_fixed_line_pattern": metadata.same_mobile_and_fixed_line_pattern,
    }


countries = (PhoneMetadata.metadata_for_region(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS))
others = (
    PhoneMetadata.metadata_for_nongeo_region(code) for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
)
json.dump({"release": phonenumbers.__version__, "plans": [plan(m) for m in (*countries, *others)]}, sys.stdout)

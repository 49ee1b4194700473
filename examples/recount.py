"""Counts the doses of a CSV calendar again, without regimen: python recount.py calendar.csv"""

import csv
import decimal
import sys

sums: dict[tuple[str, str], list[decimal.Decimal]] = {}
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        if not row["drug"]:  # a visit
            continue
        sums.setdefault((row["drug"], row["unit"]), []).append(
            decimal.Decimal(row["dose"] or "NaN")
        )
for (drug, unit), doses in sums.items():
    print(f"{drug}: {len(doses)} doses, {sum(doses)} {unit}")

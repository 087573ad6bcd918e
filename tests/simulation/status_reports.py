"""Status reports (pain.002.001.03) as a creditor's bank writes them about a debit file."""

from __future__ import annotations

from collections.abc import Mapping


def status_report(message_id: str, rejected: Mapping[str, str], *, group: str = "", reason: str = "") -> bytes:
    """A report on the file ``message_id``: ``rejected`` collections by end-to-end id with their reasons, the others are taken on.

    ``group``: one status for the whole message instead (``RJCT`` with ``reason``).
    """
    payment = "P" + message_id[1:]
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    status = group or ("PART" if rejected else "ACCP")
    transactions = "".join(
        f"<TxInfAndSts><OrgnlInstrId>{name}</OrgnlInstrId><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for name, code in rejected.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>S{message_id}</MsgId><CreDtTm>2026-09-11T09:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>"
        f"<GrpSts>{status}</GrpSts>{why}</OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{payment}</OrgnlPmtInfId><PmtInfSts>{status}</PmtInfSts>{transactions}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()

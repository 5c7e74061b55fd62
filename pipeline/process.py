"""One file from its bytes to the datasets of its document: extract, assemble, repair, read."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.inbox import InputFile
from pipeline.schema import Datasets
from records import Document

if TYPE_CHECKING:
    from normalizers.agencies import Registry


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one file gave: the datasets of its document, or why there are none."""

    datasets: Datasets = field(default_factory=dict)
    reason_vi: str = ""
    reason_en: str = ""

    @property
    def document_id(self) -> str:
        """The document's name; empty where the file is in quarantine."""
        return self.datasets["documents"][0]["document_id"] if self.datasets else ""


class FileReader:
    """Reads the files of one inbox; models are loaded once, before the workers part.

    ``registry`` is that of agencies with a clerk's additions, if there are any.
    """

    def __init__(self, raw: Path, registry: Registry | None = None) -> None:
        from normalizers import language
        from normalizers.agencies import communes_named, use_registry
        from normalizers.repair import load_model
        from pipeline import contract

        use_registry(registry)
        self._raw = raw
        self._model = load_model()
        language()
        communes_named("")
        contract.prepare()
        for module in ("pipeline.dataset", "pipeline.reader"):
            importlib.import_module(module)

    def read(self, one: InputFile) -> Reading:
        """The datasets of one file, checked against the contract."""
        from extractors import Unreadable

        data = (self._raw / one.path).read_bytes()
        if hashlib.sha256(data).hexdigest() != one.sha256:
            return Reading(
                {},
                "Tệp đang được ghi dở. Hãy chạy lại khi đã chép xong.",
                "The file is still being written. Run again once it is complete.",
            )
        try:
            return Reading(self.datasets_of(data, one.path))
        except Unreadable as refused:
            return Reading({}, refused.reason_vi, refused.reason_en)

    def datasets_of(self, data: bytes, path: str) -> Datasets:
        """The datasets of a document given as bytes.

        Raises:
            extractors.Unreadable: the file belongs into quarantine.
            pipeline.contract.ContractBroken: what was read does not keep the contract.
        """
        return self.read_document(data, path)[1]

    def read_document(self, data: bytes, path: str) -> tuple[Document, Datasets]:
        """A document given as bytes as its extractor saw it, and its datasets.

        Raises:
            extractors.Unreadable, pipeline.contract.ContractBroken: as :meth:`datasets_of`.
        """
        from extractors import extract_bytes
        from pipeline.contract import check_contract
        from pipeline.dataset import records_of
        from pipeline.reader import Reader

        reader = Reader(self._model)
        document = extract_bytes(data, path, reader)
        datasets = records_of(document, self._model, reader.session)
        check_contract(datasets)
        return document, datasets

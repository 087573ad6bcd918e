"""A tenant's YAML read into frozen policies, all faults at once.

``load`` reads and checks; ``TenantConfig`` is what the rest of the program gets. Connectors hand in their settings
models through ``ConnectorKinds``, so that one pass finds every fault although this room knows no connector.
"""

from config.kinds import ConnectorKinds
from config.loader import load
from config.settings import ConnectorSettings, Settings
from config.tenant import TenantConfig

__all__ = ["ConnectorKinds", "ConnectorSettings", "Settings", "TenantConfig", "load"]

"""Ponto (Isabel Group): what banks tell of an account over their PSD2 interfaces; directly, or through Ponto Connect of Ibanity."""

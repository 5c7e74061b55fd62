"""Making the models that ``normalizers`` ships, and printing tables to be read back."""

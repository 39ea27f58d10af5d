"""findry"""

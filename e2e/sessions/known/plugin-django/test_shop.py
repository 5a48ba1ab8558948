import os

import pytest
from django.conf import settings
from django.db import connection
from shop.models import Product

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(6))
def test_product(number):
    assert not Product.objects.exists()
    Product.objects.create(name="apple")
    assert Product.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(3))
def test_transaction(number):
    assert not Product.objects.exists()
    Product.objects.create(name="pear")


@pytest.mark.django_db
def test_name_of_database():
    assert connection.settings_dict["NAME"] == settings.DATABASE + (WORKER and "_" + WORKER)


def test_without_database():
    with pytest.raises(RuntimeError):
        Product.objects.count()
